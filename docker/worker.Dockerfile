# The worker image: Ralph, git and the pinned Claude Code CLI on any Debian or derivative of it, with or without Node.
# The supervisor builds it (worker/supervisor/runtimes/docker/worker-image.ts): tools/ holds what npm fetched on the host, so that no
# registry and no credential of one is needed in here. Nothing of BuildKit is used: Debian 12's engine builds it too.
ARG BASE=node:24-bookworm-slim
FROM ${BASE}

USER root
COPY ca.pem /opt/ai-factory/ca.pem
RUN set -eu; \
    if [ -s /opt/ai-factory/ca.pem ]; then apt="-o Acquire::https::CAInfo=/opt/ai-factory/ca.pem"; else apt=""; fi; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get $apt update; \
    apt-get $apt install -y --no-install-recommends ca-certificates curl git iptables libstdc++6 procps tini; \
    rm -rf /var/lib/apt/lists/*; \
    groupadd --force --non-unique --gid 1000 worker; \
    useradd --non-unique --uid 1000 --gid 1000 --create-home --home-dir /home/worker --shell /bin/sh worker; \
    mkdir -p /workspace; \
    chown 1000:1000 /workspace

# Ralph has a Node of its own; a project finds it too where the base brings none, behind everything of the base.
COPY tools/ /opt/ai-factory/
COPY ralph.mjs /opt/ai-factory/ralph.mjs
ENV PATH=/opt/ai-factory/bin:${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}:/opt/ai-factory/node/bin \
    DISABLE_AUTOUPDATER=1
RUN git --version && claude --version && ralph --help > /dev/null

USER 1000:1000
WORKDIR /workspace
ENTRYPOINT ["/usr/bin/tini", "--", "/opt/ai-factory/bin/ralph"]
