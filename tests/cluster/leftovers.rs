//! What a cluster could leave behind on the machine, as lines that a person can read.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Kernel settings that the kubelet, kube-proxy and the network plugins change.
const SETTINGS: [&str; 9] = [
    "net/ipv4/ip_forward",
    "net/ipv6/conf/all/forwarding",
    "net/ipv4/conf/all/route_localnet",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
];

/// Folders with fixed names that the node's programs write to.
const FOLDERS: [&str; 6] =
    ["/run/netns", "/run/containerd", "/var/lib/cni", "/var/lib/kubelet", "/var/log/containers", "/opt/containerd"];

/// Everything of the kinds that a cluster makes, whoever made it: only the difference of two footprints says something.
pub(crate) struct Footprint(BTreeSet<String>);

impl Footprint {
    /// Looks at the machine. `folder` is where the cluster keeps its files.
    pub(crate) fn take(folder: &Path) -> Self {
        let mut found = BTreeSet::new();
        processes(folder, &mut found);
        mounts(folder, &mut found);
        links(&mut found);
        rules("iptables-save", &mut found);
        rules("ip6tables-save", &mut found);
        for root in ["/sys/fs/cgroup".into()].into_iter().chain(children(Path::new("/sys/fs/cgroup"))) {
            let group = root.join("kubepods");
            if group.exists() {
                found.insert(format!("control group {}", group.display()));
            }
        }
        for setting in SETTINGS {
            if let Ok(value) = fs::read_to_string(Path::new("/proc/sys").join(setting)) {
                found.insert(format!("setting {setting} = {}", value.trim()));
            }
        }
        for root in FOLDERS {
            files(Path::new(root), &mut found);
        }
        if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            found.insert(format!("folder {}", folder.display()));
        }
        Self(found)
    }

    /// What is here and was not there before.
    pub(crate) fn beyond(&self, before: &Self) -> Vec<String> {
        self.0.difference(&before.0).cloned().collect()
    }
}

/// Processes that name the cluster's folder or run in a pod's control group.
fn processes(folder: &Path, found: &mut BTreeSet<String>) {
    let inside = format!("{}/", folder.display());
    for entry in children(Path::new("/proc")) {
        let arguments = fs::read(entry.join("cmdline")).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
        let group = fs::read_to_string(entry.join("cgroup")).unwrap_or_default();
        if !arguments.is_empty() && (arguments.contains(&inside) || group.contains("/kubepods")) {
            let pid = entry.file_name().unwrap_or_default().to_string_lossy();
            found.insert(format!("process {pid}: {}", arguments.trim()));
        }
    }
}

/// Mounts beneath the cluster's folder, and network namespaces, which are mounts of `nsfs`.
fn mounts(folder: &Path, found: &mut BTreeSet<String>) {
    let inside = format!("{}/", folder.display());
    for line in fs::read_to_string("/proc/self/mountinfo").unwrap_or_default().lines() {
        let place = line.split(' ').nth(4).unwrap_or_default();
        if line.contains(" - nsfs ") {
            found.insert(format!("network namespace {place}"));
        } else if place.starts_with(&inside) {
            found.insert(format!("mount {place}"));
        }
    }
}

fn links(found: &mut BTreeSet<String>) {
    for link in children(Path::new("/sys/class/net")) {
        found.insert(format!("network link {}", link.file_name().unwrap_or_default().to_string_lossy()));
    }
}

/// Rules and chains; the built-in chains, which have a policy, do not count.
fn rules(program: &str, found: &mut BTreeSet<String>) {
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let Ok(output) = Command::new("sh").args(["-c", program]).env("PATH", path).output() else { return };
    let family = program.trim_end_matches("-save");
    let mut table = String::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut words = line.split_whitespace();
        match (words.next().unwrap_or_default(), words.next()) {
            (name, None) if name.starts_with('*') => name[1..].clone_into(&mut table),
            ("-A", _) => _ = found.insert(format!("{family} rule in table {table}: {line}")),
            (chain, Some("-")) => _ = found.insert(format!("{family} chain in table {table}: {}", &chain[1..])),
            _ => {}
        }
    }
}

fn files(root: &Path, found: &mut BTreeSet<String>) {
    if root.symlink_metadata().is_ok() {
        found.insert(format!("file {}", root.display()));
    }
    if root.is_dir() && !root.is_symlink() {
        for entry in children(root) {
            files(&entry, found);
        }
    }
}

fn children(folder: &Path) -> Vec<std::path::PathBuf> {
    fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect()).unwrap_or_default()
}
