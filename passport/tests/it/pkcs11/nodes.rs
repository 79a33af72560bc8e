//! Two nodes, and one token that both ask.

use super::{IN_TOKEN, on_both, text, until, verified};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_sign_by_the_keys_of_one_token_whoever_changes_them() {
    on_both(|house| async move {
        let first = house.installation.start();
        let folder = house.folder.join("second");
        std::fs::create_dir(&folder).expect("a folder");
        let installation = house.installation.node_with(&folder, Some(&house.token));
        let second = installation.start();
        assert_eq!(house.token.count(), IN_TOKEN, "the second makes none");

        for change in [None, Some(&installation), Some(&house.installation)] {
            if let Some(there) = change {
                house.age().await;
                // It is made beside that node, with its settings.
                let (done, said) = there.command(&["keys", "rotate", "--alg", "ES256"]);
                assert!(done, "{said}");
            }
            let signs = house.kid("ES256", "active");
            for process in [&first, &second] {
                let is_signed = || async {
                    let tokens = house.enter(process).await;
                    verified(process, text(&tokens, "id_token")).await.0 == signs
                };
                until("the node signs by it", is_signed).await;
            }
        }
        first.kill();
        assert_eq!(house.asks(&second).await, 200, "it needs no other node");
    })
    .await;
}
