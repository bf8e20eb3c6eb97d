# Sourced by scripts/run, scripts/test and scripts/bench: brings a fresh Debian machine with the .NET 10 SDK and Node 20 or newer to
# where the project builds. Everything comes from NuGet, npm and Debian's packages by name; what is there already is left alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 HARDHAT_DISABLE_TELEMETRY_PROMPT=true NPM_CONFIG_UPDATE_NOTIFIER=false
# Build servers would outlive the script and hold what Ctrl-C should free.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf '\033[31m%s\033[0m\n' "$*" >&2; exit 1; }

need_dotnet() {
  command -v dotnet >/dev/null || fail "The .NET 10 SDK is missing: install the Debian package dotnet-sdk-10.0 or see https://dotnet.microsoft.com/download, then run this again."
  local version
  version=$(dotnet --version 2>&1) || fail "The .NET SDK that global.json asks for (10.0) is missing. dotnet says: $version"
}

need_node() {
  command -v node >/dev/null && command -v npm >/dev/null || fail "Node 20 or newer with npm is missing: install the Debian packages nodejs and npm, then run this again."
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || fail "Node $major is too old: 20 or newer is needed (Hardhat's own Node comes from npm)."
}

# npm packages, again only when the lock file changed. Install scripts are not run: nothing may download a binary of its own.
need_packages() {
  need_node
  mkdir -p build
  if ! cmp -s package-lock.json build/package-lock.installed || [ ! -d node_modules/hardhat ]; then
    say "Installing npm packages ..."
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || fail "npm could not install the packages of package-lock.json: check that the npm registry is reachable."
    cp package-lock.json build/package-lock.installed
  fi
}

# Chromium and a font for the browser tests.
need_chromium() {
  if [ -x /usr/bin/chromium ] && fc-list 2>/dev/null | grep -qi dejavu; then return; fi
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "Chromium is missing for the browser tests: ask an administrator to 'apt-get install chromium fonts-dejavu-core', then run this again."
  say "Installing Chromium ..."
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-dejavu-core fontconfig; } >&2 || fail "apt-get could not install chromium and fonts-dejavu-core: check that Debian's packages are reachable."
}

# True when nothing that the program is built from is newer than the last build of a configuration.
is_built() {
  local stamp=$1
  [ -f "$stamp" ] && [ -z "$(find src contracts config scripts/lib Directory.Build.props Directory.Packages.props package-lock.json hardhat.config.js \
    \( -name bin -o -name obj \) -prune -o -type f -newer "$stamp" -print -quit)" ]
}

program=src/SmartCity.Cli/bin/Release/net10.0/smartcity.dll

# The contracts and the program in Release.
build_program() {
  need_dotnet
  need_packages
  if ! is_built build/program.stamp || [ ! -f "$program" ]; then
    say "Building ..."
    local started
    started=$(mktemp build/started.XXXXXX)
    npm run --silent contracts >&2 || fail "The contracts did not compile."
    dotnet build src/SmartCity.Cli -c Release -v quiet --nologo >&2 || fail "The program did not build."
    mv "$started" build/program.stamp
  fi
}
