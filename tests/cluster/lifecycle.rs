//! A cluster goes away however its start and its end went. (`main` looks at what the shared one left behind.)

use std::net::TcpListener;
use std::process::Stdio;

use crate::cluster::Cluster;
use crate::session::Hold;
use crate::{Needs, Test};

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "a_failed_start_leaves_nothing",
        needs: Needs::ControlPlane,
        run: a_failed_start_leaves_nothing,
    },
    Test {
        name: "an_owner_that_vanishes_leaves_nothing",
        needs: Needs::ControlPlane,
        run: an_owner_that_vanishes_leaves_nothing,
    },
];

fn a_failed_start_leaves_nothing(cluster: &Cluster) {
    let folder = tempfile::tempdir()
        .expect("the machine has a folder for temporary files")
        .keep();
    let taken = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = taken.local_addr().expect("it is bound").port();
    let mut hold =
        Hold::start_at(&cluster.assets, &folder, port, Stdio::null()).expect("the recipe is there");
    assert!(
        hold.wait_until_ready("second control plane").is_err(),
        "the port of its API server is taken"
    );
    let (left, _) = hold.end();
    assert!(left.is_empty(), "{left:?}");
}

fn an_owner_that_vanishes_leaves_nothing(cluster: &Cluster) {
    let folder = tempfile::tempdir()
        .expect("the machine has a folder for temporary files")
        .keep();
    let hold = Hold::start(&cluster.assets, &folder).expect("the recipe is there");
    let left = hold.vanish();
    assert!(left.is_empty(), "{left:?}");
}
