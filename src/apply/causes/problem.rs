//! What can be wrong with a rollout, each with its line and its next step.

use std::fmt;

use super::printable;

/// What keeps an object from becoming current.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Problem {
    /// The registry answers and does not have the image.
    ImageNotFound {
        /// As the manifest says it.
        image: String,
    },
    /// The image exists for other machines only.
    WrongPlatform {
        /// As the manifest says it.
        image: String,
    },
    /// The registry does not answer: name, connection or certificate.
    RegistryUnreachable {
        /// As the manifest says it.
        image: String,
        /// The innermost part of the error.
        text: String,
    },
    /// The registry answers that it has no time: 429 or 5xx.
    RegistryBusy {
        /// As the manifest says it.
        image: String,
        /// The innermost part of the error.
        text: String,
    },
    /// The registry wants other credentials, or hides that the repository does not exist.
    PullUnauthorized {
        /// As the manifest says it.
        image: String,
        /// The innermost part of the error.
        text: String,
    },
    /// The image could not be pulled, for a reason that is none of the above.
    PullFailed {
        /// As the manifest says it.
        image: String,
        /// What is known; may be empty.
        text: String,
    },
    /// The reference cannot be parsed.
    InvalidImageName {
        /// As the manifest says it.
        image: String,
    },
    /// `imagePullPolicy: Never`, and the node does not have the image.
    ImageNeverPulled {
        /// As the manifest says it.
        image: String,
    },
    /// A ConfigMap, Secret or one of their keys does not exist.
    MissingConfig {
        /// `ConfigMap` or `Secret`.
        kind: String,
        /// Its name.
        name: String,
        /// The key, where the object exists without it.
        key: Option<String>,
    },
    /// The container cannot be configured for another reason.
    ConfigError {
        /// What the kubelet says.
        text: String,
    },
    /// The container cannot be created, which often passes.
    CreateFailed {
        /// What the runtime says.
        text: String,
    },
    /// The program cannot be started: it does not exist in the image, or may not be executed.
    CannotStart {
        /// The innermost part of the runtime's error.
        text: String,
    },
    /// The container ends again and again.
    Crashing {
        /// The exit code of the last run.
        exit_code: Option<i64>,
        /// How often it was restarted.
        restarts: i64,
    },
    /// The container is killed for its memory.
    OutOfMemory {
        /// `resources.limits.memory`, where there is one.
        limit: Option<String>,
        /// How often it was restarted.
        restarts: i64,
    },
    /// The container ended with an error, once.
    ContainerFailed {
        /// The exit code.
        exit_code: i64,
    },
    /// The Pod as a whole failed: evicted, past its deadline, …
    PodFailed {
        /// The reason in one word.
        reason: String,
        /// The reason in a sentence; may be empty.
        text: String,
    },
    /// No node takes the Pod.
    Unschedulable {
        /// What the scheduler says.
        text: String,
    },
    /// A volume cannot be mounted or attached.
    MountFailed {
        /// What the kubelet says.
        text: String,
    },
    /// The Pod's network or sandbox cannot be made.
    SandboxFailed {
        /// What the kubelet says.
        text: String,
    },
    /// The Pod itself is refused.
    NotCreated {
        /// By whom.
        refusal: Refusal,
        /// What the controller says.
        text: String,
    },
    /// A probe fails.
    ProbeFailing {
        /// `Readiness`, `Liveness` or `Startup`.
        probe: String,
        /// What the probe answered.
        text: String,
    },
    /// A claim gets no volume.
    ClaimUnbound {
        /// What the provisioner says.
        text: String,
    },
    /// The object is being deleted.
    Deleting {
        /// Its finalizers.
        finalizers: Vec<String>,
    },
    /// The object was deleted, or replaced by another of its name.
    Gone,
    /// The status of the object says it: a deadline, a condition.
    Reported {
        /// The reason in one word.
        reason: String,
        /// The reason in a sentence.
        text: String,
    },
}

/// Who refuses a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// A ResourceQuota is used up.
    Quota,
    /// A LimitRange forbids its resources.
    Limits,
    /// Its ServiceAccount does not exist.
    ServiceAccount,
    /// The namespace's Pod Security level.
    PodSecurity,
    /// An admission webhook or policy said no.
    Denied,
    /// An admission webhook does not answer.
    WebhookUnreachable,
    /// Anything else.
    Other,
}

/// When a problem fails its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// At once: only a change can end it.
    Fatal,
    /// When it lasts for some seconds: somebody else may still deliver what is missing, and the
    /// kubelet must have tried twice.
    Brief,
    /// When it crashed twice and nothing else is on its way that it may be waiting for.
    Crash,
    /// When it lasts for the grace that the user gave: outages and full nodes pass.
    Lasting,
    /// Never by itself: it explains.
    Note,
}

impl Problem {
    /// When the problem fails its object.
    pub fn urgency(&self) -> Urgency {
        match self {
            Self::ImageNotFound { .. }
            | Self::WrongPlatform { .. }
            | Self::InvalidImageName { .. }
            | Self::ImageNeverPulled { .. }
            | Self::ConfigError { .. }
            | Self::CannotStart { .. }
            | Self::Gone => Urgency::Fatal,
            Self::MissingConfig { .. } | Self::PullUnauthorized { .. } => Urgency::Brief,
            Self::NotCreated { refusal, .. } => match refusal {
                Refusal::Limits
                | Refusal::ServiceAccount
                | Refusal::PodSecurity
                | Refusal::Denied => Urgency::Brief,
                Refusal::Quota | Refusal::WebhookUnreachable | Refusal::Other => Urgency::Lasting,
            },
            Self::Crashing { restarts, .. } | Self::OutOfMemory { restarts, .. } => {
                if *restarts >= 2 {
                    Urgency::Crash
                } else {
                    Urgency::Note
                }
            }
            Self::RegistryUnreachable { .. }
            | Self::RegistryBusy { .. }
            | Self::PullFailed { .. }
            | Self::CreateFailed { .. }
            | Self::Unschedulable { .. }
            | Self::MountFailed { .. }
            | Self::SandboxFailed { .. }
            | Self::ClaimUnbound { .. }
            | Self::Deleting { .. } => Urgency::Lasting,
            Self::ContainerFailed { .. }
            | Self::PodFailed { .. }
            | Self::ProbeFailing { .. }
            | Self::Reported { .. } => Urgency::Note,
        }
    }

    /// Takes these values out of every text that the cluster gave: the kubelet expands variables in
    /// commands, so that an error can quote a Secret.
    pub(in crate::apply) fn hide(&mut self, hidden: &[String]) {
        match self {
            Self::RegistryUnreachable { text, .. }
            | Self::RegistryBusy { text, .. }
            | Self::PullUnauthorized { text, .. }
            | Self::PullFailed { text, .. }
            | Self::ConfigError { text }
            | Self::CreateFailed { text }
            | Self::CannotStart { text }
            | Self::PodFailed { text, .. }
            | Self::Unschedulable { text }
            | Self::MountFailed { text }
            | Self::SandboxFailed { text }
            | Self::NotCreated { text, .. }
            | Self::ProbeFailing { text, .. }
            | Self::ClaimUnbound { text }
            | Self::Reported { text, .. } => *text = printable::hide(text, hidden),
            Self::ImageNotFound { .. }
            | Self::WrongPlatform { .. }
            | Self::InvalidImageName { .. }
            | Self::ImageNeverPulled { .. }
            | Self::MissingConfig { .. }
            | Self::Crashing { .. }
            | Self::OutOfMemory { .. }
            | Self::ContainerFailed { .. }
            | Self::Deleting { .. }
            | Self::Gone => {}
        }
    }

    /// A stable word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ImageNotFound { .. } => "image-not-found",
            Self::WrongPlatform { .. } => "wrong-platform",
            Self::RegistryUnreachable { .. } => "registry-unreachable",
            Self::RegistryBusy { .. } => "registry-busy",
            Self::PullUnauthorized { .. } => "pull-unauthorized",
            Self::PullFailed { .. } => "pull-failed",
            Self::InvalidImageName { .. } => "invalid-image-name",
            Self::ImageNeverPulled { .. } => "image-never-pulled",
            Self::MissingConfig { .. } => "missing-config",
            Self::ConfigError { .. } => "config-error",
            Self::CreateFailed { .. } => "create-failed",
            Self::CannotStart { .. } => "cannot-start",
            Self::Crashing { .. } => "crashing",
            Self::OutOfMemory { .. } => "out-of-memory",
            Self::ContainerFailed { .. } => "container-failed",
            Self::PodFailed { .. } => "pod-failed",
            Self::Unschedulable { .. } => "unschedulable",
            Self::MountFailed { .. } => "mount-failed",
            Self::SandboxFailed { .. } => "sandbox-failed",
            Self::NotCreated { .. } => "pod-refused",
            Self::ProbeFailing { .. } => "probe-failing",
            Self::ClaimUnbound { .. } => "claim-unbound",
            Self::Deleting { .. } => "deleting",
            Self::Gone => "gone",
            Self::Reported { .. } => "reported",
        }
    }

    /// Whether the logs of the container say more.
    pub fn has_logs(&self) -> bool {
        matches!(
            self,
            Self::Crashing { .. }
                | Self::OutOfMemory { .. }
                | Self::ContainerFailed { .. }
                | Self::ProbeFailing { .. }
        )
    }
}

/// The cause in one line.
impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ImageNotFound { image } => match tag(image) {
                Some(tag) => write!(
                    formatter,
                    "image `{image}` was not found: the registry answers, but does not have the tag `{tag}`"
                ),
                None => write!(
                    formatter,
                    "image `{image}` was not found: the registry answers, but does not have it"
                ),
            },
            Self::WrongPlatform { image } => write!(
                formatter,
                "image `{image}` is not built for the platform of the node"
            ),
            Self::RegistryUnreachable { image, text } => write!(
                formatter,
                "image `{image}` cannot be pulled: its registry does not answer ({text})"
            ),
            Self::RegistryBusy { image, text } => write!(
                formatter,
                "image `{image}` cannot be pulled now: its registry refuses for the moment ({text})"
            ),
            Self::PullUnauthorized { image, text } => write!(
                formatter,
                "image `{image}` cannot be pulled: the registry refuses access ({text})"
            ),
            Self::PullFailed { image, text } if text.is_empty() => {
                write!(formatter, "image `{image}` cannot be pulled")
            }
            Self::PullFailed { image, text } => {
                write!(formatter, "image `{image}` cannot be pulled: {text}")
            }
            Self::InvalidImageName { image } => {
                write!(formatter, "`{image}` is not a valid image reference")
            }
            Self::ImageNeverPulled { image } => write!(
                formatter,
                "image `{image}` is not on the node, and imagePullPolicy is Never"
            ),
            Self::MissingConfig {
                kind,
                name,
                key: Some(key),
            } => write!(formatter, "{kind} `{name}` has no key `{key}`"),
            Self::MissingConfig {
                kind,
                name,
                key: None,
            } => write!(formatter, "{kind} `{name}` does not exist"),
            Self::ConfigError { text } => {
                write!(formatter, "the container cannot be configured: {text}")
            }
            Self::CreateFailed { text } => {
                write!(formatter, "the container cannot be created: {text}")
            }
            Self::CannotStart { text } => {
                write!(formatter, "the container cannot be started: {text}")
            }
            Self::Crashing {
                exit_code,
                restarts,
            } => {
                formatter.write_str("the container ends again and again")?;
                match exit_code {
                    Some(0) => formatter.write_str(", with exit code 0: its program is done")?,
                    Some(code) => write!(formatter, ", with exit code {code}{}", signal(*code))?,
                    None => {}
                }
                write!(formatter, " ({})", counted(*restarts, "restart"))
            }
            Self::OutOfMemory { limit, restarts } => {
                formatter.write_str("the container was killed because it ran out of memory")?;
                if let Some(limit) = limit {
                    write!(formatter, " (limit {limit})")?;
                }
                write!(formatter, " ({})", counted(*restarts, "restart"))
            }
            Self::ContainerFailed { exit_code } => write!(
                formatter,
                "the container ended with exit code {exit_code}{}",
                signal(*exit_code)
            ),
            Self::PodFailed { reason, text } if text.is_empty() => {
                write!(formatter, "the Pod failed: {reason}")
            }
            Self::PodFailed { reason, text } => {
                write!(formatter, "the Pod failed: {reason}: {text}")
            }
            Self::Unschedulable { text } => write!(formatter, "no node takes the Pod: {text}"),
            Self::MountFailed { text } => write!(formatter, "a volume cannot be mounted: {text}"),
            Self::SandboxFailed { text } => {
                write!(formatter, "the Pod's sandbox cannot be made: {text}")
            }
            Self::NotCreated { refusal, text } => {
                let who = match refusal {
                    Refusal::Quota => "the quota of the namespace is used up",
                    Refusal::Limits => "the LimitRange of the namespace forbids it",
                    Refusal::ServiceAccount => "its ServiceAccount does not exist",
                    Refusal::PodSecurity => "the Pod Security level of the namespace forbids it",
                    Refusal::Denied => "an admission webhook or policy denies it",
                    Refusal::WebhookUnreachable => "an admission webhook does not answer",
                    Refusal::Other => "the server refuses it",
                };
                write!(formatter, "no Pod can be created: {who} ({text})")
            }
            Self::ProbeFailing { probe, text } => {
                write!(
                    formatter,
                    "the {} probe fails: {text}",
                    probe.to_lowercase()
                )
            }
            Self::ClaimUnbound { text } => write!(formatter, "the claim gets no volume: {text}"),
            Self::Deleting { finalizers } if finalizers.is_empty() => {
                formatter.write_str("the object is being deleted")
            }
            Self::Deleting { finalizers } => write!(
                formatter,
                "the object is being deleted, and waits for its finalizers: {}",
                finalizers.join(", ")
            ),
            Self::Gone => formatter.write_str("the object was deleted after it was applied"),
            Self::Reported { reason, text } if text.is_empty() => formatter.write_str(reason),
            Self::Reported { text, .. } => formatter.write_str(text),
        }
    }
}

/// The tag of an image reference; `None` for a digest, or where there is no tag.
fn tag(image: &str) -> Option<&str> {
    if image.contains('@') {
        return None;
    }
    let last = image.rsplit('/').next()?;
    last.split_once(':').map(|(_, tag)| tag)
}

fn signal(exit_code: i64) -> &'static str {
    match exit_code {
        126 => " (it may not be executed)",
        127 => " (command not found)",
        137 => " (killed)",
        139 => " (segmentation fault)",
        143 => " (terminated)",
        _ => "",
    }
}

fn counted(number: i64, noun: &str) -> String {
    if number == 1 {
        format!("{number} {noun}")
    } else {
        format!("{number} {noun}s")
    }
}
