//! What a cluster could leave behind on the machine, as lines that a person can read.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
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
const FOLDERS: [&str; 6] = [
    "/run/netns",
    "/run/containerd",
    "/var/lib/cni",
    "/var/lib/kubelet",
    "/var/log/containers",
    "/opt/containerd",
];

/// What belongs to the cluster that keeps its files in `folder`.
pub(crate) fn of_folder(folder: &Path) -> BTreeSet<String> {
    let inside = format!("{}/", folder.display());
    let mut found = processes(|arguments, _| arguments.contains(&inside));
    found.extend(
        mounts()
            .filter(|(place, _)| place.starts_with(&inside))
            .map(|(place, _)| format!("mount {place}")),
    );
    if folder.exists() {
        found.insert(format!("folder {}", folder.display()));
    }
    found
}

/// Everything on the machine of the kinds that a node makes, whoever made it: only a difference says something.
pub(crate) fn of_machine() -> BTreeSet<String> {
    let mut found = processes(|_, group| group.contains("/kubepods"));
    found.extend(
        mounts()
            .filter(|(_, is_namespace)| *is_namespace)
            .map(|(place, _)| format!("network namespace {place}")),
    );
    links(&mut found);
    rules("iptables-save", &mut found);
    rules("ip6tables-save", &mut found);
    let groups = Path::new("/sys/fs/cgroup");
    for root in children(groups).into_iter().chain([groups.to_owned()]) {
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
    found
}

/// The processes whose arguments and control groups are of the wanted kind.
fn processes(wanted: impl Fn(&str, &str) -> bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in children(Path::new("/proc")) {
        let arguments = fs::read(entry.join("cmdline")).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
        let group = fs::read_to_string(entry.join("cgroup")).unwrap_or_default();
        if !arguments.is_empty() && wanted(&arguments, &group) {
            let pid = entry.file_name().unwrap_or_default().to_string_lossy();
            found.insert(format!("process {pid}: {}", arguments.trim()));
        }
    }
    found
}

/// Every mount, and whether it is a network namespace.
fn mounts() -> impl Iterator<Item = (String, bool)> {
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let mounts: Vec<_> = table
        .lines()
        .map(|line| {
            (
                line.split(' ').nth(4).unwrap_or_default().to_owned(),
                line.contains(" - nsfs "),
            )
        })
        .collect();
    mounts.into_iter()
}

fn links(found: &mut BTreeSet<String>) {
    for link in children(Path::new("/sys/class/net")) {
        found.insert(format!(
            "network link {}",
            link.file_name().unwrap_or_default().to_string_lossy()
        ));
    }
}

/// Rules and chains; the built-in chains, which have a policy, do not count.
fn rules(program: &str, found: &mut BTreeSet<String>) {
    let path = format!(
        "{}:/usr/sbin:/sbin",
        std::env::var("PATH").unwrap_or_default()
    );
    let Ok(output) = Command::new("sh")
        .args(["-c", program])
        .env("PATH", path)
        .output()
    else {
        return;
    };
    let family = program.trim_end_matches("-save");
    let mut table = String::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut words = line.split_whitespace();
        match (words.next().unwrap_or_default(), words.next()) {
            (name, None) if name.starts_with('*') => name[1..].clone_into(&mut table),
            ("-A", _) => _ = found.insert(format!("{family} rule in table {table}: {line}")),
            (chain, Some("-")) => {
                _ = found.insert(format!("{family} chain in table {table}: {}", &chain[1..]));
            }
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

fn children(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default()
}
