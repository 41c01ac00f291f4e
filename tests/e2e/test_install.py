#!/usr/bin/python3
"""What is installed knows what the command knows: a manual page and completion for every subcommand, every option, and the few
words that an option takes; pages without a warning; units that systemd finds right and safe; a Debian package that lintian has
nothing grave to say of. Tools that are not on this machine (mandoc, systemd-analyze, lintian, cpack) are named, and their part
left out.

also: slow
"""
import glob
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile

from serving import JUYAN, Wrong

SOURCE = os.environ.get("JUYAN_SOURCE", os.path.abspath(os.path.join(os.path.dirname(__file__), "../..")))
BUILD = os.path.dirname(os.path.abspath(JUYAN))
UNITS = ("juyan.service", "juyan@.service", "juyan-gateway.service", "juyan-machines.service")
UNIT_EXPOSURE_MAX = 2.0  # of 10, as systemd-analyze security judges
# Who answers for the package is said to cmake; a first version closes no bug of Debian's.
LINTIAN_MAY = {"bogus-mail-host", "bogus-mail-host-in-debian-changelog", "initial-upload-closes-no-bugs"}

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "tools", "install"))
import helps


def expect(truth, sentence):
    if not truth:
        raise Wrong(sentence)


def run(*command, code=0, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, **more)
    expect(code is None or done.returncode == code,
        f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def there(program):
    found = shutil.which(program)
    if not found:
        print(f"note: {program} is not here; its part is left out")
    return found


def installed(command, root):
    run("cmake", "--install", BUILD, "--prefix", "/usr", env={**os.environ, "DESTDIR": root})
    for path in ("usr/bin/juyan", "usr/share/doc/juyan/examples/registry.yaml", "usr/share/doc/juyan/examples/calendar.yaml",
            "usr/share/doc/juyan/OPERATING.md", "usr/share/doc/juyan/copyright", "etc/juyan/juyan.yaml",
            "usr/share/doc/juyan/gateway/README.md", "usr/share/doc/juyan/connectors/README.md",
            *(f"usr/lib/systemd/system/{unit}" for unit in UNITS), "usr/lib/sysusers.d/juyan.conf",
            "usr/lib/tmpfiles.d/juyan.conf"):
        expect(os.path.isfile(os.path.join(root, path)), f"{path} is not installed")
    with open(os.path.join(root, "etc/juyan/juyan.yaml"), "a") as file:
        file.write("map_gib: 7\n")
    run("cmake", "--install", BUILD, "--prefix", "/usr", env={**os.environ, "DESTDIR": root})
    with open(os.path.join(root, "etc/juyan/juyan.yaml")) as file:
        expect("map_gib: 7" in file.read(), "installing again overwrote the operator's settings")


def unpacked(path, folder):
    out = os.path.join(folder, os.path.basename(path)[:-3])
    with gzip.open(path) as packed, open(out, "wb") as file:
        file.write(packed.read())
    return out


def pages(command, root):
    manual = os.path.join(root, "usr/share/man")
    for one in command.helps.values():
        path = os.path.join(manual, "man1", f"juyan-{one.name.replace(' ', '-')}.1.gz")
        expect(os.path.exists(path), f"juyan {one.name} has no manual page")
        with gzip.open(path, "rt") as file:
            text = file.read().replace("\\-", "-")
        for option in one.options():
            expect(f"--{option.name}" in text, f"{path} does not tell --{option.name}")
    with gzip.open(os.path.join(manual, "man5", "juyan.yaml.5.gz"), "rt") as file:
        text = file.read()
    settings = command.settings()
    expect(len(settings) > 10 and all(setting.name in text for setting in settings), "juyan.yaml(5) lacks a setting")
    every = [unpacked(path, tempfile.mkdtemp(dir=root)) for path in glob.glob(os.path.join(manual, "man*", "*.gz"))]
    if there("mandoc"):
        said = run("mandoc", "-Tlint", "-W", "warning", *every, code=None)
        expect(not said, f"mandoc complains:\n{said}")
    if there("man"):
        for path in every:
            said = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path], capture_output=True, text=True,
                env={**os.environ, "LC_ALL": "C.UTF-8"}).stderr
            expect(not said, f"man complains of {path}: {said}")


def words(command, root):
    """Each word that a help says an option takes is taken; another one is refused as wrong usage."""
    nowhere = os.path.join(root, "nowhere")
    for one in command.helps.values():
        for option in one.options():
            for word in option.words()[0]:
                action = next(iter(one.actions()), "")
                line = [JUYAN, *one.name.split(), *([action] if action else []), f"--{option.name}"]
                bad = subprocess.run([*line[:-1], f"{line[-1]}=nonsense"], cwd=root, env={**os.environ, "JUYAN_DATA": nowhere},
                    capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
                expect(bad.returncode == 2 or one.name == "users", f"{' '.join(line)}=nonsense ended with {bad.returncode}")
                good = subprocess.run([*line[:-1], f"{line[-1]}={word}"], cwd=root, env={**os.environ, "JUYAN_DATA": nowhere},
                    capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
                expect(f"'{word}'" not in good.stderr, f"{' '.join(line)}={word} is refused: {good.stderr}")


def completed(root, *line, folder=None):
    """What bash offers behind this line, whose last word is not finished; --name=value comes in three words, as bash cuts it."""
    script = """. "$1"; shift; complete -p juyan >/dev/null || exit 9
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _juyan 2>/dev/null; printf '%s\\n' "${COMPREPLY[@]}" """
    path = os.path.join(root, "usr/share/bash-completion/completions/juyan")
    return run("bash", "-c", script, "bash", path, "juyan", *line, cwd=folder or root).split()


def completion(command, root):
    names = [name for name in command.helps if " " not in name]
    expect(set(names) <= set(completed(root, "")), "not every subcommand is completed")
    for name, one in command.helps.items():
        offered = {word.rstrip("=") for word in completed(root, *name.split(), "--")}
        expect({f"--{option.name}" for option in one.options()} | {"--help"} == offered,
            f"of juyan {name} -- bash offers {offered}")
        for option in one.options():
            expect(completed(root, *name.split(), f"--{option.name}", "=", "") == option.words()[0] or not option.words()[0],
                f"the words of juyan {name} --{option.name} are not completed")
        if one.actions():
            expect(set(completed(root, name, "")) == set(one.actions()), f"the actions of juyan {name} are not completed")
    folder = tempfile.mkdtemp(dir=root)
    for name in ("gate.key", "gate.key.pub", "map.yaml"):
        open(os.path.join(folder, name), "w").close()
    os.mkdir(os.path.join(folder, "maps"))
    for line, expected in ((("send", "ma"), {"map.yaml", "maps"}), (("send", "--key", ""), {"gate.key", "maps"}),
            (("keys", "authorise", "ga"), {"gate.key.pub"}), (("send", "--map", "ma"), {"map.yaml", "maps"}),
            (("serve", "--data", ""), {"maps"}), (("serve", "ingest", "q"), {"query"}), (("serve", "--set", "map"), {"map_gib="}),
            (("totals", "--by", "port,pe"), {"port,period"}), (("totals", "--json", "--mode", "a"), {"agv"})):
        offered = set(completed(root, *line, folder=folder))
        expect(offered == expected, f"behind juyan {' '.join(line)} bash offers {offered}; expected {expected}")
    fish = open(os.path.join(root, "usr/share/fish/vendor_completions.d/juyan.fish")).read()
    expect(all(f"-a {name} " in fish for name in names), "not every subcommand is completed by fish")


def units(command, root):
    if not there("systemd-analyze"):
        return
    folder = tempfile.mkdtemp(dir=root)
    for path in glob.glob(os.path.join(root, "usr/lib/systemd/system/*.service")):
        with open(path) as file, open(os.path.join(folder, os.path.basename(path)), "w") as out:
            text = file.read()
            expect("@" not in text.replace("@privileged", "").replace("@resources", "").replace("@system-service", "")
                .replace("juyan@", ""), f"{path} has a place that was not filled")
            out.write(text.replace("/usr/bin/juyan", os.path.abspath(JUYAN)))
    said = run("systemd-analyze", "verify", "--man=no", *glob.glob(os.path.join(folder, "*.service")))
    expect("juyan" not in said, f"systemd-analyze verify says:\n{said}")
    for unit in UNITS:
        said = run("systemd-analyze", "security", "--offline=true", "--no-pager", os.path.join(folder, unit))
        exposure = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", said).group(1))
        print(f"{unit}: exposure {exposure}")
        expect(exposure <= UNIT_EXPOSURE_MAX, f"{unit} is exposed {exposure}; expected at most {UNIT_EXPOSURE_MAX}:\n{said}")
    run("systemd-sysusers", f"--root={root}", "juyan.conf")
    with open(os.path.join(root, "etc/passwd")) as file:
        user = next(line for line in file if line.startswith("juyan:"))
    expect(user.rstrip().endswith("/nologin") and ":/var/lib/juyan:" in user, f"the user is {user}")


def package(command, root):
    if not there("cpack") or not there("dpkg-shlibdeps"):
        return
    folder = tempfile.mkdtemp(dir=root)
    run("cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", folder)
    deb, = glob.glob(os.path.join(folder, "juyan_*.deb"))
    control = run("dpkg-deb", "--info", deb)
    for needed in ("libzmq5", "liblmdb0", "libsodium23", "systemd", "postinst", "prerm", "postrm", "conffiles"):
        expect(needed in control, f"the package does not name {needed}:\n{control}")
    inside = run("dpkg-deb", "--contents", deb)
    expect("./var" not in inside and "root/root" in inside, "the package brings data, or files of somebody's")
    if there("lintian"):
        said = run("lintian", "--allow-root", "--tag-display-limit", "0", deb, code=None)
        tags = set(re.findall(r"^[EW]: juyan: ([\w-]+)", said, re.MULTILINE))
        expect(tags <= LINTIAN_MAY, f"lintian says:\n{said}")


def main():
    if not os.path.exists(os.path.join(BUILD, "tools", "install", "manual")):
        print("skip: the manual is not built (ninja -C build manual)")
        return 77
    root = tempfile.mkdtemp(prefix="juyan-")
    os.chmod(root, 0o755)
    try:
        command = helps.Command(os.path.abspath(JUYAN))
        for part in (installed, pages, words, completion, units, package):
            part(command, root)
            print(f"{part.__name__}: fine", flush=True)
    except Wrong as wrong:
        print(str(wrong)[:4000], file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
