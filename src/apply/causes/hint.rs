//! The next step for each problem.

use super::problem::{Problem, Refusal};

impl Problem {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::ImageNotFound { .. } => "Push that image, or correct `image:` to one that exists",
            Self::WrongPlatform { .. } => {
                "Build the image for the node's architecture, or select nodes that it is built for"
            }
            Self::RegistryUnreachable { .. } => {
                "This may pass. Check the registry's name, and that the nodes reach it"
            }
            Self::RegistryBusy { .. } => {
                "This passes. Pull through a mirror or with credentials that have a higher limit"
            }
            Self::PullUnauthorized { .. } => {
                "Check the repository's name and `imagePullSecrets`: a registry says this of a repository that does not exist too"
            }
            Self::InvalidImageName { .. } => {
                "Correct `image:` to name[:tag][@digest], in lower case"
            }
            Self::ImageNeverPulled { .. } => {
                "Load the image onto the node, or set `imagePullPolicy: IfNotPresent`"
            }
            Self::MissingConfig { .. } => {
                "Commit what is missing to the same namespace, or correct the name that the Pod refers to"
            }
            Self::ConfigError { .. } => "Correct the container's configuration in the manifest",
            Self::CreateFailed { .. } => "This may pass. The node's runtime says more",
            Self::CannotStart { .. } => {
                "Correct `command:`, or build an image that has this program and lets it be executed"
            }
            Self::Crashing {
                exit_code: Some(0), ..
            } => "A program that ends belongs into a Job; a server must stay in the foreground",
            Self::Crashing { .. } | Self::ContainerFailed { .. } => {
                "The log of the last run says why"
            }
            Self::OutOfMemory { .. } => {
                "Raise `resources.limits.memory`, or make the program use less"
            }
            Self::PullFailed { .. } | Self::PodFailed { .. } => "The events of the Pod say more",
            Self::Unschedulable { .. } => {
                "Lower `resources.requests`, widen the node selector, affinity or tolerations, or add a node"
            }
            Self::MountFailed { .. } => "Check that what the volume refers to exists and is free",
            Self::SandboxFailed { .. } => "Check the node's network plugin",
            Self::NotCreated { refusal, .. } => match refusal {
                Refusal::Quota => "Free or raise the ResourceQuota: `kubectl describe quota`",
                Refusal::Limits => "Fit `resources` into the LimitRange: `kubectl describe limits`",
                Refusal::ServiceAccount => {
                    "Commit the ServiceAccount, or correct `serviceAccountName`"
                }
                Refusal::PodSecurity => {
                    "Tighten the Pod's `securityContext` to what the level demands"
                }
                Refusal::Denied => "Change the manifest to what the policy demands",
                Refusal::WebhookUnreachable => {
                    "Bring the webhook's Service back: while it is down, no Pod can be created"
                }
                Refusal::Other => "The events of the controller say more",
            },
            Self::ProbeFailing { .. } => {
                "Check the probe's port and path, and the log: the program runs, but does not say that it is ready"
            }
            Self::ClaimUnbound { .. } => "Check `storageClassName` and its provisioner",
            Self::Deleting { .. } => {
                "Find out who deletes it; remove a finalizer only when its controller is gone"
            }
            Self::Gone => "Find out who deletes it, then apply again",
            Self::Reported { reason, .. } if reason == "BackoffLimitExceeded" => {
                "With `restartPolicy: Never` a Job keeps its failed Pods, and their logs can be read"
            }
            Self::Reported { .. } => "The events say more",
        }
    }
}
