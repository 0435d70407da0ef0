"""Runs the C# harness and its PyTorch counterpart in alternation and prints the best of each with their ratios."""
import contextlib
import glob
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

CASES = {
    "decode": [["--batch", "1"], ["--batch", "8"], ["--batch", "32", "--steps", "12"],
               ["--shape", "demo", "--batch", "32", "--context", "256", "--steps", "100"]],
    "mixed": [["--shape", "gpt2"], ["--shape", "demo"]],
    "ppo": [["--shape", "gpt2", "--batch", "8", "--epochs", "1", "--minibatches", "2"], ["--shape", "demo"]],
}
# Cases that PyTorch has no counterpart to.
ALONE = {
    "actors": [["--kind", "tell"], ["--kind", "pingpong"], ["--kind", "ask"], ["--kind", "remote"]],
    "persistence": [["--kind", kind, "--provider", provider]
                    for provider in ("SQLite.MS", "PostgreSQL.15") for kind in ("single", "many", "batch", "replay")],
    "sharding": [["--kind", "ask", "--processes", str(processes)] for processes in (1, 2, 4)]
    + [["--kind", "persist", "--provider", provider, "--processes", str(processes)]
       for provider in ("SQLite.MS", "PostgreSQL.15") for processes in (1, 2, 4)]
    + [["--kind", "failover", "--provider", provider, "--processes", "4"] for provider in ("SQLite.MS", "PostgreSQL.15")],
}


def measure(command):
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.strip().splitlines()[-1])


def compare(program, case, parameters):
    here = os.path.dirname(os.path.abspath(__file__))
    arguments = [*parameters, "--threads", os.environ["THREADS"]]
    best = {}
    for _ in range(int(os.environ.get("ROUNDS", "3"))):
        for command in (["dotnet", program, case], [sys.executable, os.path.join(here, "pytorch", case + ".py")]):
            result = measure(command + arguments)
            key = result["engine"]
            if key not in best or result["tokens_per_second"] > best[key]["tokens_per_second"]:
                best[key] = result
    for result in best.values():
        print(json.dumps(result), flush=True)
    ours, theirs = best["actorrlhf"], best["pytorch"]
    print(json.dumps({
        "case": case, "parameters": " ".join(parameters),
        "speed_ratio": round(ours["tokens_per_second"] / theirs["tokens_per_second"], 2),
        # What the processors spent: less swayed than time by whatever else the machine is doing.
        "cpu_ratio": round(theirs["cpu_seconds"] / ours["cpu_seconds"], 2),
        "memory_ratio": round(ours["peak_rss_mb"] / theirs["peak_rss_mb"], 2),
    }), flush=True)


@contextlib.contextmanager
def postgres():
    """A server of its own, with PostgreSQL's default settings; its connection string."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not programs:
        sys.exit("bench/run: PostgreSQL is not installed (Debian's package: postgresql)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="rlhf-postgres-")
    user = []
    if os.geteuid() == 0:  # which PostgreSQL refuses
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        shutil.chown(folder, "postgres")
    quiet = {"cwd": "/", "check": True, "stdout": subprocess.DEVNULL}
    control = [*user, f"{programs[-1]}/pg_ctl", "-D", f"{folder}/data", "-w"]
    subprocess.run([*user, f"{programs[-1]}/initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "rlhf", "--locale=C", "-E", "UTF8"], **quiet)
    subprocess.run([*control, "-l", f"{folder}/log", "-o", f"-h 127.0.0.1 -p {port} -k {folder}", "start"], **quiet)
    try:
        yield f"Host=127.0.0.1;Port={port};Username=rlhf;Database=postgres"
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], **quiet)
        shutil.rmtree(folder)


def alone(program, case, parameters):
    results = []
    for _ in range(int(os.environ.get("ROUNDS", "3"))):
        with postgres() if "PostgreSQL.15" in parameters else contextlib.nullcontext() as connection:
            database = ["--connection", connection] if connection else []
            results.append(measure(["dotnet", program, case, *parameters, *database]))
    # Of a failover there is no speed, only how long it took.
    print(json.dumps(max(results, key=lambda result: result.get("messages_per_second") or -result["last_s"])), flush=True)


def main():
    program, cases, given = sys.argv[1], sys.argv[2:3] or [*CASES, *ALONE], sys.argv[3:]
    if cases[0] not in CASES and cases[0] not in ALONE:
        sys.exit(f"usage: bench/run [CASE [--key value ...]]; the cases are {', '.join([*CASES, *ALONE])}")
    for case in cases:
        for parameters in [given] if given else (CASES | ALONE)[case]:
            (compare if case in CASES else alone)(program, case, parameters)


if __name__ == "__main__":
    main()
