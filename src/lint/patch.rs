//! Patches: objects that are complete only together with what they are laid over.

use crate::object::Object;
use crate::yaml::NodeRef;

/// The kinds of `apps/v1` that the API server refuses without a selector.
const SELECTING: &[&str] = &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];

/// Whether a workload is a patch, so that what it leaves out is no finding.
///
/// Seen by what no workload can do without: the image of a container, and the selector. A kind without a
/// Pod template is never one.
pub(crate) fn is_patch(object: &Object) -> bool {
    if object.info().is_none_or(|info| info.pod_spec.is_none()) {
        return false;
    }
    let is_selecting = object.id.group == "apps" && SELECTING.contains(&object.id.kind.as_str());
    if is_selecting && object.root().at(&["spec", "selector"]).is_none() {
        return true;
    }
    let containers = object.pod_spec().and_then(|spec| spec.get("containers"));
    let mut containers = containers.into_iter().flat_map(NodeRef::items).peekable();
    containers.peek().is_none() || containers.any(|container| container.get("image").is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    fn is_patch_of(kind: &str, spec: &str) -> bool {
        let api_version = if kind == "Deployment" {
            "apps/v1"
        } else {
            "v1"
        };
        let sample = Sample::read(&format!(
            "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: web}}\nspec: {spec}\n"
        ));
        is_patch(&sample.objects[0])
    }

    #[test]
    fn a_container_without_an_image_is_part_of_a_patch() {
        assert!(is_patch_of(
            "Pod",
            "{containers: [{name: web, image: a}, {name: b}]}"
        ));
        assert!(is_patch_of("Pod", "{nodeName: a}"));
        assert!(!is_patch_of("Pod", "{containers: [{name: web, image: a}]}"));
    }

    #[test]
    fn a_workload_without_a_selector_is_a_patch() {
        let template = "template: {spec: {containers: [{name: web, image: a}]}}";
        assert!(is_patch_of("Deployment", &format!("{{{template}}}")));
        assert!(!is_patch_of(
            "Deployment",
            &format!("{{selector: {{}}, {template}}}")
        ));
    }

    #[test]
    fn what_makes_no_pods_is_no_patch() {
        assert!(!is_patch_of("Service", "{ports: [{port: 80}]}"));
    }
}
