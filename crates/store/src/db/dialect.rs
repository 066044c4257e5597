//! Every difference between the two databases' SQL, in one place.

/// Which database is behind the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// A migration's text for one backend.
pub(crate) fn render(backend: Backend, text: &str) -> String {
    let tokens = match backend {
        Backend::Sqlite => [
            ("{blob}", "blob"),
            ("{real}", "real"),
            ("{bytewise}", ""),
            ("{clustered}", "without rowid"),
            ("{resource_key}", "unique (typ, id)"),
            ("{resource_id}", ""),
        ],
        Backend::Postgres => [
            ("{blob}", "bytea"),
            ("{real}", "double precision"),
            ("{bytewise}", "collate \"C\""),
            ("{clustered}", ""),
            ("{resource_key}", "primary key (patient, typ, id)"),
            (
                "{resource_id}",
                "create index resource_id on resource (typ, id);",
            ),
        ],
    };
    tokens.iter().fold(text.to_owned(), |text, (token, word)| {
        text.replace(token, word)
    })
}

/// A statement of a commit as SQLite runs it. After an error the whole request is undone, or the whole transaction: there is
/// no need to be able to undo a statement alone, for which SQLite keeps a copy of each page that the statement changes.
pub(crate) fn written(sql: &str) -> String {
    let sql = numbered(sql);
    match sql.strip_prefix("insert into ") {
        Some(rest) => format!("insert or fail into {rest}"),
        None => sql,
    }
}

/// `$2` as `?2`: SQLite counts a `$`-name by its first appearance, not by its number.
/// Texts between single quotes stay.
pub(crate) fn numbered(sql: &str) -> String {
    let mut quoted = false;
    sql.chars()
        .map(|c| {
            quoted ^= c == '\'';
            if c == '$' && !quoted { '?' } else { c }
        })
        .collect()
}

/// Waits for whoever makes the same thing at the same moment. SQLite's one writer needs no lock.
pub(crate) const fn lock(backend: Backend) -> Option<&'static str> {
    match backend {
        Backend::Sqlite => None,
        Backend::Postgres => Some("select pg_advisory_xact_lock(hashtextextended($1, 0))"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_any_order() {
        assert_eq!(numbered("select $2, '$1', $1"), "select ?2, '$1', ?1");
    }

    #[test]
    fn an_insert_that_fails_is_not_undone_alone() {
        let sql = "insert into t (a) values ($2), ('insert into')";
        let written = written(sql);
        assert_eq!(
            written,
            "insert or fail into t (a) values (?2), ('insert into')"
        );
    }

    #[test]
    fn no_token_is_left() {
        for migration in crate::migrate::ALL {
            for backend in [Backend::Sqlite, Backend::Postgres] {
                let text = render(backend, migration.text);
                let code = text.lines().filter(|line| !line.starts_with("--"));
                assert!(!code.into_iter().any(|line| line.contains('{')));
            }
        }
    }
}
