# A bare Debian 12 root in a temporary folder, for the tests beside this file, which source it. It is made from the mirror that this
# machine itself uses (or $JUYAN_MIRROR), and taken away when the script ends.
root=
enter=()

say() { printf 'tests/fresh: %s\n' "$*" >&2; }
timed() { printf '%-36s %5d s\n' "$1" $((SECONDS - $2)); }

clean() {
	[ -n "$root" ] || return 0
	local pid
	# What still runs in there would keep the mounts busy.
	for pid in /proc/[0-9]*; do
		if [ "$(readlink "$pid/root" 2>/dev/null || true)" = "$root" ]; then
			kill -KILL "${pid#/proc/}" 2>/dev/null || true
		fi
	done
	mountpoint -q "$root/proc" && umount -l "$root/proc"
	mountpoint -q "$root/dev/shm" && umount -l "$root/dev/shm"
	mountpoint -q "$root/dev/pts" && umount -l "$root/dev/pts"
	rm -rf --one-file-system "$root"
}

# The mirror from which this machine installs bookworm, as its own apt sources name it.
mirror() {
	if [ -n "${JUYAN_MIRROR:-}" ]; then
		printf '%s\n' "$JUYAN_MIRROR"
		return
	fi
	apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' 2>/dev/null |
		awk '$2 == "Debian" && $3 == "bookworm" && !found { found = 1; print $1 }'
}

# Devices are those that debootstrap made; /proc, shared memory and terminals are mounted, as any machine has them. `enter` runs a
# command in it.
make_root() {
	local from
	[ "$(id -u)" = 0 ] || { say "skip: a bare root can only be made by root"; exit 77; }
	from=$(mirror)
	[ -n "$from" ] || { say "no mirror found in this machine's apt sources; expected one in JUYAN_MIRROR"; return 1; }
	root=$(mktemp -d)
	chmod 755 "$root" # for it is the / of whoever lives in it
	trap clean EXIT
	trap 'exit 130' INT TERM
	enter=(env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 CI=true DEBIAN_FRONTEND=noninteractive
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"}
		${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS=/etc/extra-ca.crt} chroot "$root")
	debootstrap --variant=minbase bookworm "$root" "$from" >"$root.log" 2>&1 || { tail -n 20 "$root.log"; return 1; }
	rm "$root.log"
	# How this machine reaches its mirror, such as a proxy, holds in there as well.
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	cp /etc/hosts "$root/etc/hosts"
	apt-config dump | grep -E '^Acquire::(http|https)::' >"$root/etc/apt/apt.conf.d/90here" || true
	# So does whom it trusts, where a proxy of its own stands before the network.
	[ -z "${NODE_EXTRA_CA_CERTS:-}" ] || cp "$NODE_EXTRA_CA_CERTS" "$root/etc/extra-ca.crt"
	mount -t proc proc "$root/proc"
	mkdir -p "$root/dev/shm"
	mount -t tmpfs tmpfs "$root/dev/shm"
	mkdir -p "$root/dev/pts"
	mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts "$root/dev/pts"
}
