# Lists the recipes.
default:
    @just --list

# What CI runs, without its long sweeps and its foreign clients: tests, format, lints, Python.
check:
    .ci/run check

# Everything that CI runs. Fetches boto3 and the AWS CLI into target/.
ci:
    .ci/run

# The tests; words after it choose among them: `just test --test lifecycle`.
test *which:
    cargo test --workspace --locked {{which}}

# Accepts what the tests print now as what they shall print. Look at the difference afterwards.
bless *which:
    INSTA_UPDATE=always TRYCMD=overwrite cargo test --workspace --locked {{which}}
    git diff --stat

# Deploys agent.yaml to the emulator inside the program.
local:
    cargo run -q -- deploy --local --yes

# Checks licences, bans, sources and known vulnerabilities of the dependencies (deny.toml).
deny:
    cargo deny --locked check

# How long the source files are, in lines: the median, and the longest ones. Past 300 a file is to be split.
sizes:
    #!/usr/bin/env bash
    set -euo pipefail
    sizes=$(git ls-files 'src/*.rs' 'emulator/src/*.rs' | xargs wc -l | grep -v ' total$' | sort -n)
    awk '{lines[NR] = $1} END {printf "%d files, median %d lines\n", NR, lines[int((NR + 1) / 2)]}' <<<"$sizes"
    tail -n 5 <<<"$sizes"

# Deploys, queries and destroys a stack of its own in a real AWS account, and records how AWS behaved; see live/README.md.
live *options:
    cargo build --release --locked
    python3 live/live.py {{options}}

# Measures against Terraform, both on the emulator taking AWS's time; see bench/README.md.
bench *options:
    cargo build --release --locked
    python3 bench/compare.py {{options}}

# Measures a changed handler's way into a registry against container engines; see bench/README.md.
bench-image:
    cargo bench --locked --bench image
