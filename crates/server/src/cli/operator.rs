//! `operator add`: somebody who runs the platform. Without the first of them nobody could admit a shop.

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use identity::{AddOperator, Gate, Limits, LoginName, OperatorRole, Password};
use kernel::{Caller, OperatorId, Scope, Text};
use std::io::{self, BufRead, IsTerminal};
use zeroize::Zeroizing;

use super::{Settings, block_on, tell};
use crate::{
    assemble::open_store,
    config::{Config, Layers},
    observe::start_logs,
};

/// What may be done about operators.
#[derive(Debug, Subcommand)]
pub(super) enum Operator {
    /// Add one, also while a server runs. The password is asked for, or read from standard input
    Add(Add),
}

/// The flags of `operator add`.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// What they log in with: 3 to 64 letters, digits and . _ @ + -
    #[arg(long, value_name = "LOGIN")]
    login: String,
    /// What they are called [default: the login]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What they are there for
    #[arg(long = "as", value_name = "ROLE", value_enum, default_value_t = Role::Admin)]
    role: Role,
    /// Read the password from the first line of standard input, without asking
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    settings: Settings,
}

/// The roles of operators, as arguments.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Role {
    /// Runs the platform
    Admin,
    /// Admits shops, audits products
    Auditor,
    /// Keeps the platform's accounts
    Finance,
}

impl From<Role> for OperatorRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::Auditor => Self::Auditor,
            Role::Finance => Self::Finance,
        }
    }
}

pub(super) fn run(command: &Operator) -> Result<()> {
    let Operator::Add(args) = command;
    let config = args.settings.load(Layers::default())?;
    start_logs(&config.log);
    let login = LoginName::new(&args.login)?;
    let name = Text::new(args.name.as_ref().unwrap_or(&args.login));
    let name = name.map_err(|_| identity::Error::NameInvalid)?;
    let password = Password::chosen(read_password(args.password_stdin)?.as_str())?;
    let operator = block_on(add(&config, login, name, args.role.into(), password))?;
    tell(&mut io::stdout(), &format!("added the operator {} with the id {operator}", args.login));
    Ok(())
}

async fn add(
    config: &Config,
    login: LoginName,
    name: Text<64>,
    role: OperatorRole,
    password: Password,
) -> Result<OperatorId> {
    let password = Gate::new(Limits::default()).hash_password(password).await?;
    let (store, _services) = open_store(config).await?;
    let add = AddOperator { login, password, name, role };
    let added = store.write(&Caller::system(Scope::Platform), add).await;
    store.close().await;
    Ok(added?)
}

/// A password never comes as an argument: those are seen by every process of the machine, and kept by shells.
fn read_password(from_input: bool) -> Result<Zeroizing<String>> {
    if from_input || !io::stdin().is_terminal() {
        return first_line(io::stdin().lock());
    }
    let terminal = console::Term::stderr();
    if !terminal.is_term() {
        bail!("there is no terminal to ask for the password: give it with --password-stdin");
    }
    let ask = |what: &str| -> Result<Zeroizing<String>> {
        terminal.write_str(what)?;
        Ok(Zeroizing::new(terminal.read_secure_line()?))
    };
    let password = ask("Password (8 characters at least): ")?;
    if ask("The same again: ")? != password {
        bail!("the two passwords differ");
    }
    Ok(password)
}

/// The first line without its end; whatever else it holds belongs to the password.
fn first_line(mut input: impl BufRead) -> Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    input.read_line(&mut line).context("the password can't be read from standard input")?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_a_line_and_keeps_its_blanks() {
        for (input, password) in [(" a b \r\nnext", " a b "), ("", ""), ("word", "word")] {
            assert_eq!(first_line(input.as_bytes()).unwrap().as_str(), password);
        }
    }
}
