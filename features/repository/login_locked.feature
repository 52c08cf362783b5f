@interface-repository-portal
Feature: SMKI Repository portal: five wrong passwords within one hour lock an account for one hour
  Appendix P 3.1: from the first of the five on, or until an administrator unlocks it. Each scenario has an account
  of its own. The target's clock is moved where an hour has to pass.

  @RPO-P21 @P-3.1-c
  Scenario: An account that is locked locks out nobody else
    Given an account that may be locked
    When a wrong password is given 5 times
    And a user of one Party logs in to the Repository portal
    Then the user is let in

  @RPO-N20 @P-3.1-c
  Scenario: Five wrong passwords lock the account, and the right password is refused
    Given an account that may be locked
    When a wrong password is given 5 times
    And the right password is given
    Then nobody is let in

  @RPO-P20 @P-3.1-c
  Scenario: Four wrong passwords do not lock the account
    Given an account that may be locked
    When a wrong password is given 4 times
    And the right password is given
    Then the user is let in

  @RPO-N21 @P-3.1-c @needs-operator-clock
  Scenario Outline: Five wrong passwords lock the account however they are spread over an hour: one in <minutes> minutes
    Given an account that may be locked
    When a wrong password is given 5 times, one in <minutes> minutes
    And the right password is given
    Then nobody is let in

    Examples:
      | minutes |
      | 5       |
      | 14      |

  @RPO-N22 @P-3.1-c @needs-operator-clock
  Scenario Outline: An account is locked for the whole of the hour from the first wrong password: <minutes> minutes after it
    Given an account that may be locked
    When a wrong password is given 5 times
    And <minutes> minutes have passed since the first of them
    And the right password is given
    Then nobody is let in

    Examples:
      | minutes |
      | 25      |
      | 58      |

  @RPO-P22 @P-3.1-c @needs-operator-clock
  Scenario Outline: A lock ends one hour after the first wrong password, not after the last: one in <minutes> minutes
    Given an account that may be locked
    When a wrong password is given 5 times, one in <minutes> minutes
    And 62 minutes have passed since the first of them
    And the right password is given
    Then the user is let in

    Examples:
      | minutes |
      | 0       |
      | 10      |

  @RPO-P23 @P-3.1-c @needs-operator-clock
  Scenario Outline: Wrong passwords that are more than an hour apart do not lock the account: <first> and then <then>
    Given an account that may be locked
    When a wrong password is given <first> times
    And 62 minutes have passed since the first of them
    And a wrong password is given <then> times
    And the right password is given
    Then the user is let in

    Examples:
      | first | then |
      | 4     | 1    |
      | 1     | 4    |
      | 3     | 3    |

  @RPO-P24 @P-3.1-c @needs-operator-accounts
  Scenario: An administrator unlocks an account before its hour is over
    Given an account that was locked by 5 wrong passwords
    When an administrator unlocks the account
    And the right password is given
    Then the user is let in
