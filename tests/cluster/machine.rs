//! What this machine offers to the tests: the Kubernetes programs, and what a node needs.

use std::env;
use std::path::{Path, PathBuf};

use crate::Needs;

/// The programs that `recipe/build` writes.
const CONTROL_PLANE: [&str; 5] = [
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubectl",
];
const NODE: [&str; 3] = ["kubelet", "kube-proxy", "pause"];

/// Debian's programs for a node, and the package of each.
const NODE_PACKAGES: [(&str, &str); 8] = [
    ("containerd", "containerd"),
    ("runc", "runc"),
    ("iptables-save", "iptables"),
    ("ip", "iproute2"),
    ("docker-registry", "docker-registry"),
    ("nginx", "nginx-light"),
    ("python3", "python3"),
    ("flock", "util-linux"),
];

/// Which tests can run here, decided before anything is started.
#[derive(Clone)]
pub(crate) struct Machine {
    /// The folder of the Kubernetes programs.
    pub(crate) assets: PathBuf,
    /// Whether a missing program is a failure (the environment variable `CI`) and not a reason to skip.
    pub(crate) is_ci: bool,
    control_plane: Option<String>,
    node: Option<String>,
}

impl Machine {
    /// Looks for the programs.
    pub(crate) fn look() -> Self {
        let assets = env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from);
        // The programs are started from another folder.
        let assets = assets.map(|folder| folder.canonicalize().unwrap_or(folder));
        let control_plane = missing_assets(assets.as_deref(), &CONTROL_PLANE);
        let node = missing_assets(assets.as_deref(), &NODE).or_else(missing_on_machine);
        Self {
            assets: assets.unwrap_or_default(),
            is_ci: env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false"),
            control_plane,
            node,
        }
    }

    /// Why a test with these needs cannot run here.
    pub(crate) fn missing(&self, needs: Needs) -> Option<&str> {
        let node = self.node.as_deref().filter(|_| needs == Needs::Node);
        self.control_plane.as_deref().or(node)
    }
}

fn missing_assets(assets: Option<&Path>, programs: &[&str]) -> Option<String> {
    let Some(assets) = assets else {
        return Some("KUBEBUILDER_ASSETS does not name the Kubernetes programs (see tests/cluster/README.md)".into());
    };
    let missing = programs
        .iter()
        .find(|program| !assets.join(program).is_file())?;
    Some(format!(
        "KUBEBUILDER_ASSETS={} has no {missing} (see tests/cluster/README.md)",
        assets.display()
    ))
}

fn missing_on_machine() -> Option<String> {
    if !is_root() {
        return Some("a node needs root".into());
    }
    if !Path::new("/usr/lib/cni/bridge").is_file() {
        return Some(
            "a node needs /usr/lib/cni/bridge: apt-get install containernetworking-plugins".into(),
        );
    }
    let (program, package) = NODE_PACKAGES
        .iter()
        .find(|(program, _)| !is_installed(program))?;
    Some(format!("a node needs {program}: apt-get install {package}"))
}

/// Root owns its own entry of /proc; asking the kernel for the user id would take unsafe code.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .any(|folder: PathBuf| folder.join(program).is_file())
}
