//! Values to and from PostgreSQL's binary form.

use std::error::Error;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::StoreError;
use crate::db::{Row, Value};

type Encoded = Result<IsNull, Box<dyn Error + Sync + Send>>;

impl ToSql for Value {
    /// By the type that the server wants in this place.
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Encoded {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(number), &Type::INT8) => number.to_sql(ty, out),
            (Self::Int(number), &Type::INT4) => i32::try_from(*number)?.to_sql(ty, out),
            (Self::Real(number), &Type::FLOAT8) => number.to_sql(ty, out),
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::UNKNOWN) => {
                text.to_sql(ty, out)
            }
            (Self::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            _ => Err(format!("a parameter of another type than {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A row of the driver as one of ours.
pub(super) fn row(from: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let columns = from.columns().iter().enumerate();
    let values = columns.map(|(number, column)| value(from, number, column.type_()));
    values.collect::<Result<_, _>>().map(Row)
}

fn value(row: &tokio_postgres::Row, column: usize, ty: &Type) -> Result<Value, StoreError> {
    let value = match *ty {
        Type::INT8 => row.try_get::<_, Option<i64>>(column).map(Value::from),
        Type::INT4 => row
            .try_get::<_, Option<i32>>(column)
            .map(|n| n.map(i64::from).into()),
        Type::BOOL => row.try_get::<_, Option<bool>>(column).map(Value::from),
        Type::FLOAT8 => row
            .try_get::<_, Option<f64>>(column)
            .map(|n| n.map_or(Value::Null, Value::Real)),
        Type::TEXT | Type::VARCHAR => row.try_get::<_, Option<String>>(column).map(Value::from),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column).map(Value::from),
        Type::VOID => Ok(Value::Null),
        ref other => {
            return Err(StoreError::Driver(format!(
                "column {column} has the type {other}"
            )));
        }
    };
    value.map_err(|error| StoreError::Driver(error.to_string()))
}
