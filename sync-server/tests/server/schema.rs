//! `migrations/schema/server.sql` shows the server's own tables as they are now: it is the sum of the migrations, no more and no less.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqlitePoolOptions;

fn migrations() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations")
}

/// The statements of a database made by these scripts, in the order of their making.
async fn schema_after(scripts: Vec<String>) -> Vec<String> {
    let database = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    for script in scripts {
        sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(&database).await.unwrap();
    }
    sqlx::query_scalar("select sql from sqlite_schema where sql is not null order by rowid").fetch_all(&database).await.unwrap()
}

#[tokio::test]
async fn the_schema_file_is_the_sum_of_the_migrations() {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(migrations().join("server")).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let scripts = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let sum = schema_after(scripts).await;
    let path = migrations().join("schema/server.sql");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        let text = format!(
            "-- The sum of migrations/server, for reading; UPDATE_SCHEMA=1 cargo test -p tradepost-server writes it.\n\n{};\n",
            sum.join(";\n\n")
        );
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(schema_after(vec![std::fs::read_to_string(path).unwrap()]).await, sum);
}
