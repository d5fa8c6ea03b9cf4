use tradepost_operations::lock;
use tradepost_server::operator;

use crate::support::{Device, TestServer, open, sync};

#[tokio::test]
async fn a_backup_becomes_a_server_again_and_goes_on_with_its_devices() {
    let server = TestServer::start().await;
    let device = Device::found("Tea", "EUR", "DE");
    device.product("Green tea", 900, 5);
    server.publish(&device).await;
    let shop = lock(&device.replica).shop();
    let backup = tempfile::tempdir().unwrap();
    let report = operator::backup_open(&server.app, &backup.path().join("one")).await.unwrap();
    assert_eq!(report.shops, 1);
    assert!(operator::backup_open(&server.app, &backup.path().join("one")).await.is_err(), "a backup is never written over");
    device.product("Black tea", 800, 5);
    let restored = tempfile::tempdir().unwrap();
    operator::restore(&backup.path().join("one"), restored.path()).await.unwrap();
    assert!(operator::restore(&backup.path().join("one"), restored.path()).await.is_err(), "a server is never written over");
    let verified = operator::verify(restored.path()).await.unwrap();
    assert_eq!(verified.iter().map(|shop| shop.problems.len()).sum::<usize>(), 0, "{verified:?}");
    assert_eq!(operator::list(restored.path()).await.unwrap()[0].slug, "tea");
    let (app, _stop) = open(restored.path(), Default::default()).await;
    sync(&app, &device);
    let reader = app.shops.find(shop).unwrap().shop.reader().unwrap();
    assert!(reader.product_by_handle("black-tea").unwrap().is_some(), "what the backup lacked came back from the device");
    assert_eq!(lock(&device.replica).digest().unwrap(), lock(&app.shops.find(shop).unwrap().replica).digest().unwrap());
}
