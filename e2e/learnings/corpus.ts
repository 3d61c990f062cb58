import type { LearningKind } from '../../server/contracts/learnings.ts';

export interface CorpusLearning {
  id: string;
  kind: LearningKind;
  repo: string;
  text: string;
}

const REPOS: Record<string, string> = {
  a: 'acme/shop',
  b: 'acme/billing',
  c: 'acme/mobile-api',
  d: 'acme/infra',
  e: 'acme/web',
  f: 'acme/data',
};
const KINDS: Record<string, LearningKind> = { P: 'pattern', G: 'gotcha', A: 'approach' };

/** Discoveries as agents write them, over six invented repositories; a line each: id, kind, text. */
const LINES = `
a01 G The cart total is rounded per line, so summing unrounded prices gives a cent too much.
a02 P Discounts are applied before tax; calculateDiscount must never see the gross amount.
a03 G Stock is reserved for fifteen minutes only, and a slow checkout loses the reservation.
a04 A Run npm run db:reset before the order tests, they expect an empty orders table.
a05 G The fixture customers share one email address, so unique constraints fail when two tests insert them.
a06 P Money is an integer of cents everywhere; floats are converted at the edge in parseMoney.
a07 G Search results are cached for a minute in Redis, which hides products created by a test.
a08 A Use the --runInBand flag when debugging Jest, parallel workers swallow console output.
a09 G The wishlist endpoint returns 204 for an unknown user instead of 404.
a10 P Every controller goes through withTenant, which sets the schema of the connection.
a11 G Image uploads above 5 MB are cut by the proxy and arrive as a truncated file.
a12 A To test webhooks locally, replay the recorded payloads in test/payloads.
a13 G ProductRepository.findAll ignores soft deleted rows, count() does not.
a14 P New feature flags go to config/flags.yaml and default to off.
a15 G The sitemap job crashes when a category has no parent.
a16 A Seed data is generated with a fixed random seed of 42, so snapshots stay stable.
a17 G Coupons are compared case sensitively, although the form shows capitals.
a18 P Translations live in locales/*.json and are checked by npm run i18n:check.
a19 G Shipping costs for islands are looked up by postal code prefix, not by country.
a20 G TypeORM opens a second connection inside migrations unless the DataSource is passed along.
a21 A Split large refactors of the catalogue by aggregate, the reviewers reject bigger diffs.
a22 G The mailer queue drops messages silently when SMTP_HOST is empty.
a23 P Validation errors are thrown as InvalidInput with a field name, the handler turns them into 422.
a24 G Browsers send the Origin header as null from the embedded widget.
a25 A Record new HTTP interactions with nock by setting NOCK_BACK_MODE=record once.
a26 G Adding an index on orders locks the table for minutes; create it CONCURRENTLY.
a27 P Background jobs must be idempotent, the worker delivers at least once.
a28 G The price import treats a comma as thousands separator for the German supplier.
a29 G jest.useFakeTimers breaks the pg pool, connections never time out.
a30 A Check accessibility of new components with npm run axe before opening a change.
a31 G Session cookies are host only, so the admin subdomain needs its own sign in.
a32 P Public ids are ULIDs; database keys never leave the service.
a33 G The gift card balance is updated by a trigger, so ORM hooks do not fire.
a34 G Removing an enum value needs two deployments, old pods still write it.
b01 G Invoices are numbered without gaps per legal entity; a rollback must not burn a number.
b02 P All timestamps are stored in UTC and shown in the zone of the customer.
b03 G Stripe sends the same event more than once, dedupe by event id in stripe_events.
b04 A Use stripe-mock on port 12111 instead of the live sandbox in tests.
b05 G The ledger is append only, corrections are made by a reversing entry.
b06 G VAT for digital goods depends on where the buyer lives, not on the address of the seller.
b07 P PDF rendering runs in a separate process because Puppeteer leaks memory.
b08 G Dunning letters go out on the third, tenth and thirtieth day after the due date, weekends included.
b09 A Compare totals with the golden files in spec/golden after changing the tax engine.
b10 G BigDecimal division without a scale throws ArithmeticException on periodic results.
b11 P Amounts of different currencies are never added; Money#plus raises CurrencyMismatch.
b12 G The nightly settlement holds an advisory lock named settlement, a second run exits at once.
b13 G Refunds older than 180 days are rejected by the card network.
b14 A Generate the OpenAPI client with ./gradlew openApiGenerate, do not edit generated code.
b15 G Testcontainers needs TESTCONTAINERS_RYUK_DISABLED=true on the build agents.
b16 P Customer data is masked in logs by the PiiFilter appender.
b17 G Flyway refuses to start when an applied script was edited; write a new one.
b18 G The bank file parser expects Latin 1 and corrupts umlauts in UTF-8 files.
b19 A Freeze the clock with Clock.fixed in every test that touches due dates.
b20 G Subscriptions cancelled on the last day of February renew on the first of March.
b21 P Retries of payment calls carry the same Idempotency-Key header.
b22 G Hibernate flushes before native queries only when the entity is named in the query space.
b23 G Credit notes need their own number range, mixing them fails the audit.
b24 A Start the app with the profile "local" to avoid the corporate proxy.
b25 G Kafka consumers rebalance for half a minute after a deploy, tests must wait for assignment.
b26 P Configuration is read once at boot; changing a property needs a restart.
b27 G The exchange rate feed has no values on public holidays, take the previous working day.
b28 G Long running reports hit the statement timeout of 30 seconds on the replica.
b29 A Prefer parameterized tests over loops, failures name the case that way.
b30 G IBAN validation must strip spaces first, users paste them in groups of four.
b31 P Domain events are published after commit through the outbox table.
b32 G Rounding mode HALF_EVEN is required by the auditors for interest.
b33 G The sandbox of the direct debit provider is down every night from two to four.
b34 A Use EXPLAIN (ANALYZE, BUFFERS) on the statement before adding an index.
c01 G Android clients older than 5.2 cannot read chunked responses, send Content-Length.
c02 P Every endpoint is versioned in the path; breaking changes go to a new version.
c03 G Refresh tokens rotate, using an old one revokes the whole family.
c04 A Run go test -race ./... before pushing, the pipeline does so and is slow.
c05 G The push gateway limits payloads to 4096 bytes and fails without a message.
c06 G time.Now in handlers makes tests flaky, inject the clock from the context.
c07 P Errors are wrapped with %w so that errors.Is keeps working.
c08 G Geo queries use longitude first, unlike the rest of the code.
c09 A Update mocks with go generate ./internal/..., never by hand.
c10 G The rate limiter counts by IP, so all clients behind one NAT share a quota.
c11 G http.DefaultClient has no timeout; use client.New with three seconds.
c12 P Pagination is by cursor, offsets are rejected with 400.
c13 G JSON numbers above 2^53 lose digits in the app, ids are sent as strings.
c14 A Profile with pprof on port 6060 when latency grows.
c15 G Closing the response body is required even when the status is an error, else sockets leak.
c16 P Feature decisions come from the flags service and are cached for thirty seconds.
c17 G gRPC messages above 4 MB need MaxCallRecvMsgSize on both sides.
c18 G Deep links with a trailing slash open the browser instead of the app.
c19 A Use httptest.NewServer rather than mocking the transport.
c20 G The avatar service answers with image/webp even to clients that cannot show it.
c21 P Database access goes through sqlc, queries live in db/queries.
c22 G context.WithTimeout must be cancelled, go vet reports the leak as lostcancel.
c23 G Device tokens change after a reinstall, delete those that answer with Unregistered.
c24 A Reproduce ordering bugs by running the test with -count=200.
c25 G SQLite in tests ignores column types, a wrong type is only seen on Postgres.
c26 P Handlers return a problem+json body for every failure.
c27 G Loop variables captured by goroutines were shared before Go 1.22.
c28 G The CDN caches 301 answers for a year, use 302 for moves that may change.
c29 A Add a contract test in pact/ when a response changes shape.
c30 G Maps are iterated in random order, sort keys before hashing.
c31 P Secrets come from Vault by path, environment variables hold only the address.
c32 G The legacy login expects the password hashed with MD5 on the client.
c33 G Large uploads must be streamed; io.ReadAll kills the pod at 256 MB.
c34 A Keep handlers thin, business rules belong to internal/service.
d01 G Terraform state is locked in DynamoDB, break a stale lock with force-unlock only after asking.
d02 P Every module pins its provider versions, a floating one broke production.
d03 G Pods are killed at 512 MiB, the JVM must be told by MaxRAMPercentage.
d04 A Render charts with helm template and diff them before applying.
d05 G The load balancer drops idle connections after sixty seconds, keepalive must be shorter.
d06 G DNS changes need five minutes because of the TTL of the internal zone.
d07 P Alerts link to a runbook in runbooks/, the linter demands it.
d08 G apt-get update and install must be in one RUN line, else the layer cache serves old lists.
d09 A Test playbooks with molecule on the debian12 image.
d10 G Security group rules are replaced, not changed, which cuts traffic for a moment.
d11 G CronJobs of the cluster run in UTC, although the office is in Berlin.
d12 P Container images run as user 10001 and have a read only root file system.
d13 G The node pool upgrade evicts one pod at a time only if a PodDisruptionBudget exists.
d14 A Roll back with argocd app rollback, never by kubectl edit.
d15 G Secrets in the pipeline are masked only when longer than seven characters.
d16 G docker build sends the whole folder, add node_modules to .dockerignore.
d17 P Backups are restored into a scratch database every Sunday, a failure pages the team.
d18 G Certificates are renewed thirty days early, a manual one is overwritten.
d19 G The NAT gateway is the largest cost, pull images through the registry mirror.
d20 A Use kubectl debug with an ephemeral container, shells are not in the images.
d21 G Prometheus drops series with more than thirty labels.
d22 P Names of resources carry the environment as suffix.
d23 G Liveness probes that call the database restart everything during an outage.
d24 G Spot instances get a two minute warning before they vanish.
d25 A Import existing resources with import blocks, reviewers want to see the plan.
d26 G ulimit of open files is 1024 in the base image, nginx needs more.
d27 P Log lines are JSON and have a trace_id.
d28 G S3 lists at most a thousand keys a call, follow the continuation token.
d29 G systemd timers catch up missed runs only with Persistent=true.
d30 A Keep the bastion closed, use session manager for access.
d31 G ECONNREFUSED right after deploy means the sidecar is not ready, wait for its health port.
d32 P Every change of IAM needs a second approval in CODEOWNERS.
d33 G The etcd quota of 2 GB is reached by large ConfigMaps.
d34 G Helm does not upgrade CRDs, apply them by hand first.
e01 G useEffect runs twice in development because of strict mode, side effects must be cleaned up.
e02 P Components take their data by props, only pages fetch.
e03 G The date picker returns midnight of the local zone, which is the day before in UTC.
e04 A Update visual snapshots with npx playwright test --update-snapshots inside the container.
e05 G Server components cannot import from a file with "use client" exports that are not components.
e06 G Hydration fails when a number is formatted with the locale of the server.
e07 P Colours come from tokens.css, hex values are refused by stylelint.
e08 G position: sticky does not work inside a parent with overflow hidden.
e09 A Measure the bundle with ANALYZE=true next build before adding a package.
e10 G The service worker keeps the old version until all tabs are closed.
e11 G Safari forgets storage of sites that were not visited for seven days.
e12 P Forms use react-hook-form with a zod schema from schemas/.
e13 G Enter submits the form while an input method is composing Japanese text.
e14 A Find unused selectors with npm run css:unused.
e15 G Keys of list items must not be the index, reordering mixes up their state.
e16 G The content security policy blocks inline styles, use classes.
e17 P Icons are imported one by one from lucide-react, the whole set costs 300 KB.
e18 G scrollIntoView moves the whole page in an iframe.
e19 A Throttle the processor four times in the developer tools to see real devices.
e20 G Vite inlines assets under 4 KB, which breaks the favicon test.
e21 G next/image needs the remote host in remotePatterns or answers 400.
e22 P Every dialog traps focus and closes on Escape.
e23 G The analytics script delays the first paint, load it after idle.
e24 G Links opened in a new window need rel=noopener.
e25 A Write queries by role in tests, test ids hide missing labels.
e26 G Large tables freeze typing, virtualise beyond two hundred rows.
e27 P Text is never concatenated, plural forms go through the message format.
e28 G A useMemo with an object literal in its dependencies recomputes each time.
e29 G Chrome restores form values on back navigation before React attaches.
e30 A Mock the API with msw handlers in mocks/handlers.ts.
e31 G Web fonts shift the layout unless size-adjust is set.
e32 P The router keeps filters in the query string so that views can be shared.
e33 G Drag and drop needs a keyboard alternative to pass the audit.
e34 G localStorage throws in private mode of old browsers.
f01 G Spark writes one file per partition, coalesce before saving small results.
f02 P Tables are partitioned by ingestion_date, queries without it are refused.
f03 G pandas reads empty strings as NaN unless keep_default_na is false.
f04 A Validate new sources with great_expectations suites in expectations/.
f05 G Airflow parses the file every thirty seconds, heavy imports at top level slow the scheduler.
f06 G Late events arrive up to three days after, do not close a window earlier.
f07 P Personal columns are hashed with the salt of the tenant before they reach the lake.
f08 G dbt incremental models need a unique_key or rows are doubled on a rerun.
f09 A Backfill month by month, the warehouse kills anything longer than an hour.
f10 G The clickstream has two schemas, mobile sends camelCase and web snake_case.
f11 G Joining on floats loses matches, cast to decimal first.
f12 P Every pipeline writes its row counts to the audit_metrics table.
f13 G Snowflake identifiers are upper case unless quoted.
f14 A Use a sample of one percent for local runs, set SAMPLE_RATE=0.01.
f15 G Parquet timestamps without a zone are shifted by Hive.
f16 G Kafka compaction removes deletes after a day, rebuild caches from the snapshot.
f17 P Notebooks are converted with nbstripout before commit.
f18 G The scoring model expects features in the order of feature_list.json.
f19 G A skewed join key makes one task run for hours, salt it.
f20 A Pin numpy below 2, the wheels of the geo library are not built for it.
f21 G Retraining overwrites the production model if MODEL_STAGE is not set.
f22 P Sensitive reports are built only from the curated layer.
f23 G CSV exports from finance use a semicolon and decimal commas.
f24 G Window functions without an ORDER BY return arbitrary rows.
f25 A Check lineage in the catalogue before dropping a column.
f26 G The holiday calendar ends in 2027 and silently returns no days after it.
f27 G BigQuery charges for scanned columns, never select everything.
f28 P Unit tests of transformations use chispa to compare data frames.
f29 G Duplicate customer ids come from the merger in 2019, take the newest record.
f30 G Secrets in connections are visible in the rendered template of a task.
f31 A Run the scheduler with the local executor when debugging a DAG.
f32 P Metrics are defined once in metrics.yml, dashboards may not redefine them.
f33 G Sensor readings of zero mean the device is off, not that it is cold.
f34 G Python's hash() differs between processes, use hashlib for bucketing.
`;

export const CORPUS: readonly CorpusLearning[] = LINES.trim()
  .split('\n')
  .map((line) => {
    const [id = '', kind = '', ...words] = line.split(' ');
    return { id, kind: KINDS[kind] ?? 'gotcha', repo: REPOS[id[0] ?? ''] ?? '', text: words.join(' ') };
  });
