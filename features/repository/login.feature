@interface-repository-portal
Feature: SMKI Repository portal: it is open to its users by username and password, and to nobody else
  Appendix P 1.1 and 3.1. How a refusal is told is the portal's own matter: what counts is that nothing of the
  Repository is shown. Wrong passwords are tried on accounts that may be locked by it.

  @RPO-P01 @P-1.1-a @P-3.1-a
  Scenario Outline: A user of <party> is let in to the Repository portal by username and password
    When a user of <party> logs in to the Repository portal
    Then the user is let in

    Examples:
      | party         |
      | one Party     |
      | another Party |

  @RPO-N01 @P-3.1-a
  Scenario Outline: A login to the Repository portal with <means> is refused
    Given a user whom the Repository portal lets in, and whose account may be locked
    When somebody logs in to the Repository portal with <means>
    Then nobody is let in

    Examples:
      | means                                                    |
      | the user's name and a wrong password                     |
      | the user's name and no password                          |
      | the user's name and the password of another user         |
      | the user's name and the password cut by one character    |
      | the user's name and the password with one character more |
      | an unknown name and the user's password                  |
      | an unknown name and no password                          |
      | no name and the user's password                          |
      | a name and a password that alter a database's question   |

  @RPO-N02 @P-3.1-a @P-1.1-a
  Scenario: A user whose access was withdrawn is not let in to the Repository portal
    Given a user whom the Repository portal lets in
    When a user whose access was withdrawn logs in to the Repository portal
    Then nobody is let in

  @RPO-N03 @P-3.1-a
  Scenario Outline: Whoever has not logged in to the Repository portal is shown nothing of it: <session>
    Given a user who has seen a certificate on the Repository portal
    When the addresses of what the user has seen are asked for <session>
    Then nothing of what the user has seen is shown

    Examples:
      | session                              |
      | without a session                    |
      | with a session that nobody was given |
      | with the session of a refused login  |

  @RPO-N04 @P-3.1-a
  Scenario: A session of the Repository portal ends when its user logs out
    Given a user who has seen a certificate on the Repository portal
    When the user logs out of the Repository portal
    And the addresses of what the user has seen are asked for with the session that has ended
    Then nothing of what the user has seen is shown

  @RPO-N05 @P-3.1-b
  Scenario Outline: The password must be changed <occasion>: nothing else can be reached before
    Given a user who has seen a certificate on the Repository portal
    And another user who logs in <occasion>
    When that user asks for the addresses of what the first one has seen
    Then nothing of what the user has seen is shown

    Examples:
      | occasion                 |
      | for the first time       |
      | after a reset by the DCC |

  @RPO-P02 @P-3.1-b
  Scenario Outline: Who logs in <occasion> is asked for a new password, and is let in by it from then on
    When a user logs in <occasion>
    Then the portal asks for a new password
    When the user gives a new password
    And the user logs in anew with the new password
    Then the user is let in

    Examples:
      | occasion                 |
      | for the first time       |
      | after a reset by the DCC |

  @RPO-N06 @P-3.1-b
  Scenario Outline: A password that had to be changed <occasion> opens nothing any more
    Given a user who has changed the password <occasion>
    When the user logs in anew with the password from before the change
    Then nobody is let in

    Examples:
      | occasion                 |
      | for the first time       |
      | after a reset by the DCC |

  @RPO-N07 @P-3.1-b
  Scenario: A password that is given again as the new one is not a change
    Given another user who logs in for the first time
    When the user gives the same password again as the new one
    And the user logs in anew with the same password
    Then nobody is let in without another change

  @RPO-N08 @P-3.1-b @needs-operator-accounts
  Scenario: A reset by the DCC ends the password that the user had
    Given a user whose password was reset by the DCC
    When the user logs in anew with the password from before the reset
    Then nobody is let in

  @RPO-N09 @P-4.1-a
  Scenario: The Repository portal tells who gives a wrong password that it is wrong
    Given a user whom the Repository portal lets in, and whose account may be locked
    When the user gives a wrong password
    Then the portal tells of an error

  @RPO-N10 @P-4.1-a
  Scenario Outline: The Repository portal tells its user that a search is wrong: no <what>
    Given a user whom the Repository portal lets in
    When the user searches for what is no <what>
    Then the portal tells of an error

    Examples:
      | what          |
      | EUI-64        |
      | serial number |
