//! A round of a lot: the statements that its commands wait for, each kind of statement executed once.

use std::{cmp::Ordering, collections::VecDeque};

use super::{
    desk::{Answer, Asked, Slip},
    rewrite::{Many, for_many},
};
use crate::{Error, Val, pg::PgTx};

/// Answers every slip. A failure fails the lot.
pub(super) async fn answer(pg: &mut PgTx, slips: Vec<Slip>) -> Result<u64, Error> {
    let (asked, replies): (Vec<_>, Vec<_>) = slips.into_iter().map(|s| (s.asked, s.reply)).unzip();
    let (answers, executed) = execute(pg, asked).await?;
    for (reply, answers) in replies.into_iter().zip(answers) {
        let _ = reply.send(answers);
    }
    Ok(executed)
}

/// Where an answer belongs: to which list of statements, and which of it.
type Place = (usize, usize);

/// Executes lists of statements, each list in its own order, statements of one text together; the answers in the
/// same shape, and how many statements went to the server.
pub(super) async fn execute(
    pg: &mut PgTx,
    lists: Vec<Vec<Asked<'_>>>,
) -> Result<(Vec<Vec<Answer>>, u64), Error> {
    let mut answers: Vec<Vec<Answer>> = lists.iter().map(|l| Vec::with_capacity(l.len())).collect();
    let mut waiting: Vec<VecDeque<Asked<'_>>> = lists.into_iter().map(VecDeque::from).collect();
    let mut executed = 0;
    while let Some(sql) = most_wanted(&waiting) {
        let mut group = Vec::new();
        for (list, of_list) in waiting.iter_mut().enumerate() {
            while let Some(one) = of_list.pop_front_if(|one| one.sql == sql) {
                // Answers of one list come in its order: its later statements of this text follow at once.
                group.push(((list, answers[list].len() + group_len(&group, list)), one));
            }
        }
        let (found, n) = execute_group(pg, sql, &mut group).await?;
        executed += n;
        let mut found: Vec<(Place, Answer)> = group.into_iter().map(|(place, _)| place).zip(found).collect();
        found.sort_by_key(|(place, _)| *place);
        for ((list, _), answer) in found {
            answers[list].push(answer);
        }
    }
    Ok((answers, executed))
}

fn group_len(group: &[(Place, Asked<'_>)], list: usize) -> usize {
    group.iter().rev().take_while(|((l, _), _)| *l == list).count()
}

/// The statement that most lists wait for next.
fn most_wanted(waiting: &[VecDeque<Asked<'_>>]) -> Option<&'static str> {
    let mut wanted: Vec<(&'static str, usize)> = Vec::new();
    for sql in waiting.iter().filter_map(|list| list.front()).map(|one| one.sql) {
        match wanted.iter_mut().find(|(other, _)| *other == sql) {
            Some((_, n)) => *n += 1,
            None => wanted.push((sql, 1)),
        }
    }
    wanted.into_iter().max_by_key(|(_, n)| *n).map(|(sql, _)| sql)
}

/// Executes one statement for every row of the group, which is put into the order in which rows are locked.
async fn execute_group(
    pg: &mut PgTx,
    sql: &'static str,
    group: &mut [(Place, Asked<'_>)],
) -> Result<(Vec<Answer>, u64), Error> {
    if group.len() > 1 {
        // Every lot takes its rows in one order, so that two lots never wait for each other in a circle.
        group.sort_by(|(_, a), (_, b)| by_params(&a.params, &b.params));
        let types = pg.array_types(sql).await?;
        let many = types.as_ref().and_then(|types| for_many(sql, types));
        match many {
            Some(Many::Inserts { sql: many, each }) => return insert(pg, sql, &many, each, group).await,
            Some(Many::Numbered(many)) => return numbered(pg, sql, &many, group).await,
            None => {}
        }
    }
    let all: Vec<_> = group.iter().map(|(_, one)| one).collect();
    Ok((one_by_one(pg, &all).await?, all.len() as u64))
}

async fn insert(
    pg: &mut PgTx,
    sql: &'static str,
    many: &str,
    each: u64,
    group: &[(Place, Asked<'_>)],
) -> Result<(Vec<Answer>, u64), Error> {
    let rows: Vec<_> = group.iter().map(|(_, one)| &one.params).collect();
    let touched = pg.exec_as_many(sql, many, &rows).await?;
    if touched != each * group.len() as u64 {
        // Some were there already; whose, it does not tell.
        return Err(Error::unavailable("a row of a lot was there already"));
    }
    Ok((group.iter().map(|_| Answer::Touched(each)).collect(), 1))
}

/// A read, an update or a delete. An update takes each row of the table once: where several rows of parameters name
/// the same row, those left over are executed by themselves, as if they had come next.
async fn numbered(
    pg: &mut PgTx,
    sql: &'static str,
    many: &str,
    group: &[(Place, Asked<'_>)],
) -> Result<(Vec<Answer>, u64), Error> {
    let params: Vec<_> = group.iter().map(|(_, one)| &one.params).collect();
    let mut found: Vec<Vec<tokio_postgres::Row>> = group.iter().map(|_| Vec::new()).collect();
    for row in pg.rows_as_many(sql, many, &params).await? {
        let number: i64 = row.try_get(row.len() - 1)?;
        let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
        found.get_mut(index).ok_or_else(|| Error::internal("a row of a lot has no owner"))?.push(row);
    }
    let writes = !sql.starts_with("SELECT");
    let is_left = |rows: &Vec<_>| writes && rows.is_empty();
    let left: Vec<_> =
        group.iter().zip(&found).filter(|(_, rows)| is_left(rows)).map(|((_, one), _)| one).collect();
    let mut of_left = one_by_one(pg, &left).await?.into_iter();
    let answers = group.iter().zip(found).map(|((_, one), rows)| match is_left(&rows) {
        true => of_left.next().ok_or_else(|| Error::internal("a row of a lot was not answered")),
        false if one.reads => Ok(Answer::Rows(rows)),
        false => Ok(Answer::Touched(rows.len() as u64)),
    });
    Ok((answers.collect::<Result<_, _>>()?, 1 + left.len() as u64))
}

/// Each statement by itself, in one round trip.
async fn one_by_one(pg: &mut PgTx, all: &[&Asked<'_>]) -> Result<Vec<Answer>, Error> {
    let Some(first) = all.first() else { return Ok(Vec::new()) };
    let params = all.iter().map(|one| &one.params);
    Ok(if first.reads {
        pg.rows_of_each(first.sql, params).await?.into_iter().map(Answer::Rows).collect()
    } else {
        pg.exec_each(first.sql, params).await?.into_iter().map(Answer::Touched).collect()
    })
}

fn by_params(a: &[Val<'_>], b: &[Val<'_>]) -> Ordering {
    let by_value = |(a, b): (&Val<'_>, &Val<'_>)| match (a, b) {
        (Val::Int(a), Val::Int(b)) => a.cmp(b),
        (Val::Text(a), Val::Text(b)) => a.cmp(b),
        (Val::Bytes(a), Val::Bytes(b)) => a.cmp(b),
        _ => Ordering::Equal,
    };
    a.iter().zip(b).map(by_value).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}
