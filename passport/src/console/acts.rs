//! Everything that is done in the console, with what it takes: the one table of it, asked at [`super::gate`].

use super::model::Role::{self, Auditor, Operator, Reviewer, Support};

/// Something that is done. Every address of the console stands for one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Seeing what waits, and the figures.
    LookAround,
    /// Looking for an account by its login name.
    FindAccount,
    /// Looking at an account.
    ReadAccount,
    /// Keeping an account from signing in.
    Suspend,
    /// Letting it again.
    Reinstate,
    /// Forgetting the wrong passwords that locked it.
    Unlock,
    /// Ending its sessions.
    EndSessions,
    /// Taking its second factors away.
    ResetFactors,
    /// Seeing what was proposed.
    SeeProposals,
    /// Deciding about it.
    Decide,
    /// Taking back what one proposed oneself.
    TakeBack,
    /// Seeing who belongs to the staff.
    SeeStaff,
    /// Asking somebody in.
    InviteStaff,
    /// Making the link for somebody who was asked in.
    MakeLink,
    /// Giving somebody other roles.
    ChangeRoles,
    /// Keeping somebody of the staff out.
    SuspendStaff,
    /// Letting them in again.
    ReinstateStaff,
    /// Looking into the record.
    SearchAudit,
    /// Seeing what organisations apply for.
    SeeApplications,
    /// Approving it: its client is made or changed at once.
    ApproveApplication,
    /// Asking them something first.
    AskApplicant,
    /// Refusing it.
    RefuseApplication,
    /// Seeing what waits to be delivered, and what was given up.
    SeeDeliveries,
    /// Having one message tried again.
    RetryDelivery,
    /// Having all of a kind tried again that were given up.
    RetryDeliveries,
    /// Seeing the clients, and what there is to know of each.
    SeeClients,
    /// Having nothing issued to a client any more.
    SuspendClient,
    /// Letting it again.
    ReinstateClient,
}

/// What an act takes beside the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takes {
    /// Whether it is written down why, in words.
    pub reason: bool,
    /// Whether it is typed once more whom it is about.
    pub typed: bool,
    /// The roles of which the second person has one, where it takes two.
    pub second: Option<&'static [Role]>,
}

const NOTHING: Takes = Takes { reason: false, typed: false, second: None };
const REASON: Takes = Takes { reason: true, ..NOTHING };
const TYPED: Takes = Takes { typed: true, ..REASON };

const fn two(second: &'static [Role]) -> Takes {
    Takes { second: Some(second), ..TYPED }
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 28] = [
        Self::LookAround,
        Self::FindAccount,
        Self::ReadAccount,
        Self::Suspend,
        Self::Reinstate,
        Self::Unlock,
        Self::EndSessions,
        Self::ResetFactors,
        Self::SeeProposals,
        Self::Decide,
        Self::TakeBack,
        Self::SeeStaff,
        Self::InviteStaff,
        Self::MakeLink,
        Self::ChangeRoles,
        Self::SuspendStaff,
        Self::ReinstateStaff,
        Self::SearchAudit,
        Self::SeeApplications,
        Self::ApproveApplication,
        Self::AskApplicant,
        Self::RefuseApplication,
        Self::SeeDeliveries,
        Self::RetryDelivery,
        Self::RetryDeliveries,
        Self::SeeClients,
        Self::SuspendClient,
        Self::ReinstateClient,
    ];

    /// The roles of which one is enough.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::LookAround | Self::SeeProposals => &[Support, Reviewer, Operator, Auditor],
            Self::FindAccount | Self::Suspend | Self::Unlock | Self::EndSessions | Self::ResetFactors => {
                &[Support, Operator]
            }
            // Who decides about an account has to see it.
            Self::ReadAccount | Self::TakeBack => &[Support, Reviewer, Operator],
            Self::Reinstate => &[Reviewer, Operator],
            Self::Decide => &[Reviewer, Operator],
            Self::SeeStaff | Self::SearchAudit => &[Operator, Auditor],
            Self::SeeApplications => &[Reviewer, Operator],
            Self::ApproveApplication | Self::AskApplicant | Self::RefuseApplication => &[Reviewer],
            Self::InviteStaff | Self::MakeLink | Self::ChangeRoles | Self::SuspendStaff | Self::ReinstateStaff => {
                &[Operator]
            }
            // Who is asked why no mail came looks; who looks after the ways out tries again.
            Self::SeeDeliveries => &[Support, Operator],
            Self::RetryDelivery | Self::RetryDeliveries => &[Operator],
            Self::SeeClients => &[Support, Operator],
            Self::SuspendClient | Self::ReinstateClient => &[Operator],
        }
    }

    /// What it takes beside that.
    pub const fn takes(self) -> Takes {
        match self {
            Self::LookAround
            | Self::FindAccount
            | Self::ReadAccount
            | Self::SeeProposals
            | Self::Decide
            | Self::TakeBack
            | Self::SeeStaff
            | Self::SearchAudit
            | Self::SeeApplications
            | Self::MakeLink
            | Self::SeeDeliveries
            | Self::SeeClients => NOTHING,
            // The organisation reads it.
            Self::AskApplicant | Self::RefuseApplication => REASON,
            Self::ApproveApplication => TYPED,
            Self::Unlock | Self::EndSessions | Self::RetryDelivery => REASON,
            Self::Suspend | Self::Reinstate | Self::SuspendStaff | Self::RetryDeliveries => TYPED,
            Self::SuspendClient | Self::ReinstateClient => TYPED,
            // Whoever has the password and no factor in the way has the account.
            Self::ResetFactors => two(&[Reviewer, Operator]),
            // What decides who decides.
            Self::ChangeRoles | Self::ReinstateStaff => two(&[Operator]),
            // There is nobody yet whose name could be typed once more.
            Self::InviteStaff => Takes { second: Some(&[Operator]), ..REASON },
        }
    }

    /// As it is stored and recorded, and the end of the keys of its texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LookAround => "look_around",
            Self::FindAccount => "find_account",
            Self::ReadAccount => "read_account",
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
            Self::Unlock => "unlock",
            Self::EndSessions => "end_sessions",
            Self::ResetFactors => "reset_factors",
            Self::SeeProposals => "see_proposals",
            Self::Decide => "decide",
            Self::TakeBack => "take_back",
            Self::SeeStaff => "see_staff",
            Self::InviteStaff => "invite_staff",
            Self::MakeLink => "make_link",
            Self::ChangeRoles => "change_roles",
            Self::SuspendStaff => "suspend_staff",
            Self::ReinstateStaff => "reinstate_staff",
            Self::SearchAudit => "search_audit",
            Self::SeeApplications => "see_applications",
            Self::ApproveApplication => "approve_application",
            Self::AskApplicant => "ask_applicant",
            Self::RefuseApplication => "refuse_application",
            Self::SeeDeliveries => "see_deliveries",
            Self::RetryDelivery => "retry_delivery",
            Self::RetryDeliveries => "retry_deliveries",
            Self::SeeClients => "see_clients",
            Self::SuspendClient => "suspend_client",
            Self::ReinstateClient => "reinstate_client",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_two_takes_a_reason_and_a_second_person_there_can_be() {
        for act in Act::ALL {
            let takes = act.takes();
            assert!(!takes.typed || takes.reason, "{act:?}: who types a name says why");
            let Some(second) = takes.second else { continue };
            assert!(takes.reason && !second.is_empty(), "{act:?}");
            let decides = second.iter().all(|role| Act::Decide.roles().contains(role));
            assert!(decides, "{act:?}: the second person reaches the page on which it is decided");
        }
    }

    #[test]
    fn the_grave_acts_take_two() {
        let two: Vec<Act> = Act::ALL.into_iter().filter(|act| act.takes().second.is_some()).collect();
        assert_eq!(two, [Act::ResetFactors, Act::InviteStaff, Act::ChangeRoles, Act::ReinstateStaff]);
    }

    #[test]
    fn an_auditor_only_looks() {
        let may: Vec<Act> = Act::ALL.into_iter().filter(|act| act.roles().contains(&Auditor)).collect();
        assert_eq!(may, [Act::LookAround, Act::SeeProposals, Act::SeeStaff, Act::SearchAudit]);
    }
}
