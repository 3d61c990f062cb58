export type QueryKind = 'paraphrase' | 'synonym' | 'identifier' | 'typo';

export interface EvalQuery {
  kind: QueryKind;
  q: string;
  /** Ids of the corpus that answer it. */
  relevant: string[];
}

/** A paraphrase shares no content word with its learning; a synonym swaps the telling word; identifiers and typos are of names and rare words. */
const LINES = `
paraphrase | two purchasers in our sample records have identical mail, duplicates get refused | a05
paraphrase | buyers who take too long paying can find the goods sold out | a03
paraphrase | freshly made articles do not show up when looking for them right away | a07
paraphrase | big pictures come through incomplete | a11
paraphrase | letters vanish without any warning if the outgoing mail server is unset | a22
paraphrase | a vendor's spreadsheet misreads digits grouping punctuation | a28
paraphrase | executing a task again may happen, so doing it twice has to be harmless | a27
paraphrase | consecutive bill identifiers: aborting a transaction leaves no hole | b01
paraphrase | payment provider repeats notifications | b03
paraphrase | reimbursements of half a year ago get declined | b13
paraphrase | mistakes in the books are undone with a counter booking | b05
paraphrase | sales levy follows the consumer's home country | b06
paraphrase | what value to use for foreign money when banks are closed | b27
paraphrase | accents get garbled when reading statements of our financial institution | b18
paraphrase | outdated phones fail to understand streamed replies | c01
paraphrase | everyone in one office gets blocked together for too many calls | c10
paraphrase | huge integers arrive imprecise at the phone | c13
paraphrase | sending big attachments exhausts the container's RAM | c33
paraphrase | latitude and its counterpart are swapped | c08
paraphrase | redirects stay remembered by browsers nearly forever | c28
paraphrase | memory ceiling ends our Java processes | d03
paraphrase | quiet sockets get cut after a minute | d05
paraphrase | scheduled work happens at odd hours compared to German local time | d11
paraphrase | cheap machines may disappear on short notice | d24
paraphrase | health endpoint touching storage makes all instances reboot if that goes down | d23
paraphrase | rehearse recovering lost data weekly | d17
paraphrase | hooks fire two times while coding locally | e01
paraphrase | chosen calendar square ends up one earlier | e03
paraphrase | visitors still see the previous release until they quit everything | e10
paraphrase | rows exchange their contents after sorting | e15
paraphrase | people writing in Asian scripts accidentally send too soon | e13
paraphrase | huge grids make keystrokes laggy | e26
paraphrase | delayed messages show up half a week afterwards | f06
paraphrase | blank cells turn into missing values | f03
paraphrase | one unlucky executor takes forever because values are unevenly spread | f19
paraphrase | repeating the job creates every record again | f08
paraphrase | obfuscate people's private fields prior to storing | f07
paraphrase | spreadsheet dumps by accountants have odd separators | f23
synonym | delete flag for files above the size limit in the docker upload context | d16
synonym | money values kept as whole numbers of pennies | a06
synonym | voucher codes upper and lower case | a17
synonym | login cookie for the administration subdomain | a31
synonym | toggles for new functionality are disabled initially | a14
synonym | test clock for deadline code | b19
synonym | currency conversion prices during vacations | b27
synonym | reminder letters schedule for overdue payments | b08
synonym | hide private client information in log files | b16
synonym | throttling quota for addresses behind a shared router | c10
synonym | HTTP calls hang forever without a deadline on the default client | c11
synonym | flaky tests from the current time | c06
synonym | pagination by page number is refused | c12
synonym | undo a faulty release of the cluster | d14
synonym | TLS certificate replaced automatically before expiry | d18
synonym | expensive network egress bill | d19
synonym | paging notices must reference instructions | d07
synonym | colors must use design variables | e07
synonym | modal keyboard focus | e22
synonym | sorting order of dictionary entries is arbitrary | c30
synonym | cost of reading all fields in the warehouse | f27
synonym | historical reload in small chunks | f09
synonym | notebook outputs removed before version control | f17
synonym | sparse file count of distributed job output | f01
identifier | calculateDiscount | a02
identifier | parseMoney | a06
identifier | ProductRepository.findAll | a13
identifier | NOCK_BACK_MODE=record | a25
identifier | jest.useFakeTimers | a29
identifier | withTenant | a10
identifier | TESTCONTAINERS_RYUK_DISABLED | b15
identifier | stripe_events | b03
identifier | ./gradlew openApiGenerate | b14
identifier | Idempotency-Key | b21
identifier | HALF_EVEN | b32
identifier | MaxCallRecvMsgSize | c17
identifier | context.WithTimeout lostcancel | c22
identifier | http.DefaultClient | c11
identifier | io.ReadAll | c33
identifier | MaxRAMPercentage | d03
identifier | PodDisruptionBudget | d13
identifier | ECONNREFUSED sidecar | d31
identifier | remotePatterns | e21
identifier | react-hook-form | e12
identifier | mocks/handlers.ts | e30
identifier | keep_default_na | f03
identifier | SAMPLE_RATE | f14
identifier | MODEL_STAGE | f21
typo | calculteDiscount gross | a02
typo | wihslist endpoint | a09
typo | sitmap job category | a15
typo | soft delted products count | a13
typo | Pupeteer memory | b07
typo | Testcontianers agents | b15
typo | Hibernte native queries | b22
typo | IBAN validaton spaces | b30
typo | Flywya script edited | b17
typo | refesh tokens rotate | c03
typo | goroutnies loop variables | c27
typo | pprof latencey | c14
typo | Terrafrom state lock | d01
typo | Promethues labels | d21
typo | dockerignroe node_modules | d16
typo | certficates renewed | d18
typo | Hydraton locale server | e06
typo | playwrigth snapshots | e04
typo | servcie worker tabs | e10
typo | lucide-raect icons | e17
typo | Snowflaek identifiers | f13
typo | Parqet timestamps | f15
typo | great_expectatons suites | f04
typo | Airfow scheduler imports | f05
`;

export const QUERIES: readonly EvalQuery[] = LINES.trim()
  .split('\n')
  .map((line) => {
    const [kind = '', q = '', relevant = ''] = line.split('|').map((part) => part.trim());
    return { kind: kind as QueryKind, q, relevant: relevant.split(' ') };
  });
