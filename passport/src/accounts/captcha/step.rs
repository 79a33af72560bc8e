//! Taking up what the box of a form sent.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::page::Captcha;

use super::ticket::{Asked, Ticket};
use super::{Answer, Captchas, Fields, Form, Level, Problem, Step, store};

/// Attempts that a pass is good for at the usual level: enough to mend a form, too few to try passwords with. Each level
/// above halves them, down to one.
pub const PASS_USES: i64 = 8;

/// How many times a code may be mistyped: of a million codes, so many are tried in vain.
const CODE_TRIES: i64 = 5;

/// A box as it was sent. Its work has been looked at: that takes a moment, and no transaction waits for it.
#[derive(Debug, Clone)]
pub struct Read {
    form: Form,
    fields: Fields,
    needed: Option<Level>,
    ticket: Option<Ticket>,
    worked: bool,
}

/// An answer, looked at.
struct Given {
    /// What is wrong with it, if anything is.
    problem: Option<Problem>,
    /// How often its ticket may be answered.
    tries: i64,
    /// The box to show in place of a spent one.
    next: Captcha,
}

fn again(captcha: Captcha, problem: Problem) -> Step {
    Step::Again { captcha, problem: Some(problem) }
}

impl Captchas {
    /// Reads what a form sent that asks for a captcha of the level, or for none.
    pub fn read(&self, form: Form, fields: Fields, needed: Option<Level>, now: Timestamp) -> Read {
        let ticket = self.open(form, &fields, now);
        let worked = needed.is_some() && ticket.as_ref().is_some_and(|ticket| self.is_worked(ticket, &fields));
        Read { form, fields, needed, ticket, worked }
    }

    /// Takes up what was read. What is spent here is spent only if the transaction commits.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn step(&self, tx: &mut Tx, read: &Read, now: Timestamp) -> Result<Step, DbError> {
        if let Some(captcha) = self.pressed(read, now) {
            return Ok(Step::Again { captcha, problem: None });
        }
        let Some(level) = read.needed else { return Ok(Step::Passed(None)) };
        let Some(ticket) = &read.ticket else {
            let problem = if read.fields.captcha_id.is_empty() { Problem::Missing } else { Problem::Stale };
            return Ok(again(self.fresh(read.form, level, now), problem));
        };
        let given = match self.judge(read, ticket, (level, now)) {
            Ok(given) => given,
            Err((captcha, problem)) => return Ok(again(captcha, problem)),
        };
        // Spent before it is told: whoever answers wrongly has had their try.
        if store::spend(tx, ticket, now).await? > given.tries {
            return Ok(again(given.next, Problem::Stale));
        }
        if let Some(problem) = given.problem {
            let same = problem == Problem::CodeWrong;
            return Ok(again(if same { self.view(ticket) } else { given.next }, problem));
        }
        if let Asked::Nothing { .. } = ticket.asked {
            return Ok(Step::Passed(Some(self.view(ticket))));
        }
        if given.tries > 1 {
            store::use_up(tx, ticket).await?;
        }
        Ok(Step::Passed(Some(self.make(read.form, Asked::Nothing { level }, now))))
    }

    /// What an answer is worth, before it is known whether it is the first one; or the box to show and why, where nothing
    /// was answered that could be spent.
    fn judge(
        &self,
        Read { form, fields, worked, .. }: &Read,
        ticket: &Ticket,
        (level, now): (Level, Timestamp),
    ) -> Result<Given, (Captcha, Problem)> {
        let fresh = || self.fresh(*form, level, now);
        let typed = |problem| Answer::parse(&fields.captcha).ok_or_else(|| (self.view(ticket), problem));
        let wrong = |right: bool, problem| (!right).then_some(problem);
        match &ticket.asked {
            Asked::Nothing { level: shown } => {
                let problem = wrong(shown.suffices(level), Problem::TooEasy);
                Ok(Given { problem, tries: (PASS_USES >> shown.number()).max(1), next: fresh() })
            }
            Asked::Work { level: given, .. } if !given.suffices(level) && fields.captcha.is_empty() => {
                let problem = if fields.pow_solution.is_empty() { Problem::Missing } else { Problem::TooEasy };
                Err((fresh(), problem))
            }
            Asked::Work { .. } if !fields.pow_solution.is_empty() => {
                Ok(Given { problem: wrong(*worked, Problem::Wrong), tries: 1, next: fresh() })
            }
            Asked::Work { answer, .. } => {
                let problem = wrong(typed(Problem::Missing)? == *answer, Problem::Wrong);
                Ok(Given { problem, tries: 1, next: self.picture(*form, false, now) })
            }
            Asked::Picture { answer, large } => {
                let problem = wrong(typed(Problem::Missing)? == *answer, Problem::Wrong);
                Ok(Given { problem, tries: 1, next: self.picture(*form, *large, now) })
            }
            Asked::Code { code, .. } => {
                let problem = wrong(typed(Problem::CodeMissing)? == *code, Problem::CodeWrong);
                Ok(Given { problem, tries: CODE_TRIES, next: fresh() })
            }
        }
    }

    /// The box that a button of it asks for.
    fn pressed(&self, read: &Read, now: Timestamp) -> Option<Captcha> {
        let (form, ticket) = (read.form, read.ticket.as_ref());
        let was_large = matches!(ticket, Some(Ticket { asked: Asked::Picture { large: true, .. }, .. }));
        let resized = |large| match ticket {
            Some(Ticket { asked: Asked::Picture { answer, .. } | Asked::Work { answer, .. }, .. }) => {
                let asked = Asked::Picture { answer: answer.clone(), large };
                ticket.map(|ticket| self.view(&Ticket { asked, ..ticket.clone() }))
            }
            _ => Some(self.picture(form, large, now)),
        };
        match read.fields.captcha_action.as_str() {
            "refresh" => Some(self.picture(form, was_large, now)),
            "enlarge" => resized(true),
            "shrink" => resized(false),
            "work" => Some(self.fresh(form, read.needed.unwrap_or_default(), now)),
            _ => None,
        }
    }
}
