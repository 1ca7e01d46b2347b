//! Several rows in one statement on PostgreSQL: a parameter is a column, and an array.

use store::{Val, array_form};
use tokio_postgres::types::{ToSql, Type};

/// The text over arrays of a statement with parameters of these types; `None` where there is none.
pub(super) fn text(sql: &str, types: &[Type]) -> Option<String> {
    let names: Option<Vec<&str>> = types.iter().map(name).collect();
    array_form(sql, &names?)
}

fn name(ty: &Type) -> Option<&'static str> {
    match *ty {
        Type::INT8 => Some("bigint"),
        Type::TEXT => Some("text"),
        Type::BYTEA => Some("bytea"),
        Type::FLOAT8 => Some("double precision"),
        _ => None,
    }
}

/// A column.
pub(super) type Column = Box<dyn ToSql + Sync + Send>;

/// The columns of rows whose parameters have these types.
pub(super) fn columns(rows: &[Vec<Val<'_>>], types: &[Type]) -> Vec<Column> {
    types.iter().enumerate().map(|(n, ty)| column(rows.iter().map(|row| row.get(n)), ty)).collect()
}

fn column<'a>(cells: impl Iterator<Item = Option<&'a Val<'a>>>, ty: &Type) -> Column {
    match *ty {
        Type::INT8 => gather(cells, |v| if let Val::Int(n) = v { Some(*n) } else { None }),
        Type::FLOAT8 => gather(cells, |v| if let Val::Real(x) = v { Some(*x) } else { None }),
        Type::TEXT => {
            gather(cells, |v| if let Val::Text(s) = v { Some(s.clone().into_owned()) } else { None })
        }
        _ => gather(cells, |v| if let Val::Bytes(b) = v { Some(b.clone().into_owned()) } else { None }),
    }
}

fn gather<'a, T>(cells: impl Iterator<Item = Option<&'a Val<'a>>>, read: fn(&Val<'_>) -> Option<T>) -> Column
where
    Vec<Option<T>>: ToSql + Sync + Send + 'static,
{
    Box::new(cells.map(|cell| cell.and_then(read)).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insert_of_many_rows_is_one_statement_over_arrays() {
        let (types, sql) = ([Type::INT8, Type::TEXT], "INSERT INTO t (a, b) VALUES ($1, $2)");
        assert!(text(sql, &types).is_some_and(|many| many.contains("FROM unnest($1::bigint[], $2::text[])")));
        assert_eq!(text("UPDATE t SET a = $1", &types[..1]), None);
        assert_eq!(text("INSERT INTO t (a) VALUES ($1)", &[Type::INT4]), None);
    }

    #[test]
    fn a_column_holds_every_rows_cell() {
        let rows = [vec![Val::Int(1), Val::from("a")], vec![Val::Null, Val::from("b")]];
        let columns = columns(&rows, &[Type::INT8, Type::TEXT]);
        let shown: Vec<String> = columns.iter().map(|column| format!("{column:?}")).collect();
        assert_eq!(shown, ["[Some(1), None]", "[Some(\"a\"), Some(\"b\")]"]);
    }
}
