//! `migrations/schema/replica.sql` shows the tables as they are now, in one place: it is the sum of the migrations, no more and no less.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use rusqlite::Connection;

fn migrations() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations")
}

/// The statements of a database made by these scripts, in the order of their making. Tables that the search keeps for itself are left out.
fn schema_after(scripts: &[String]) -> Vec<String> {
    let database = Connection::open_in_memory().unwrap();
    scripts.iter().for_each(|script| database.execute_batch(script).unwrap());
    let mut statement = database
        .prepare("select sql from sqlite_schema where sql is not null and name not like 'product_search_%' order by rowid")
        .unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn the_schema_file_is_the_sum_of_the_migrations() {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(migrations().join("replica")).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let scripts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let sum = schema_after(&scripts);
    let path = migrations().join("schema/replica.sql");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        let text = format!(
            "-- The sum of migrations/replica, for reading; UPDATE_SCHEMA=1 cargo test -p tradepost-replica writes it.\n\n{};\n",
            sum.join(";\n\n")
        );
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(schema_after(&[std::fs::read_to_string(path).unwrap()]), sum);
}
