@interface-repository-sftp
Feature: SMKI Repository by SFTP: a full extract each week and an increment each day hold all that is lodged
  Appendix O 2.3.3 and the forecast tables of Appendix P. Names, directories and records are the target's own: a
  layout plug-in reads them.

  @RSF-P20 @O-SF-b @O-SF-c
  Scenario: There is a full extract of the declared day, no older than a week
    Given an extract hour that has passed
    When the user lists the extracts
    Then the newest full extract is of the last declared day

  @RSF-P21 @O-SF-b @O-SF-c
  Scenario: There are increments of the last seven days
    Given an extract hour that has passed
    When the user lists the extracts
    Then there is an increment of each of the last seven days

  @RSF-P22 @O-SF-b @O-SF-c @needs-operator-clock
  Scenario: An increment is there as soon as the hour of the day has passed
    Given the increments as they are shortly before the extract hour
    When the extract hour has passed
    Then there is a new increment

  @RSF-P23 @O-SF-b @O-SF-c @needs-operator-clock
  Scenario: A full extract is there as soon as the hour of the declared day has passed
    Given the full extracts as they are shortly before the extract hour of the declared day
    When the extract hour has passed
    Then there is a new full extract

  @RSF-P24 @O-SF-b @O-LODGE-a @O-LODGE-c
  Scenario: The full extract and the increments together hold every certificate that was issued, octet for octet
    Given certificates that the run was issued before the extract hour
    When the user fetches the full extract and the increments since then
    Then every one of those certificates is in them, octet for octet
    And every record of them is right

  @RSF-P25 @O-SF-d
  Scenario: The extracts are laid out as the target's layout says
    Given a user whom the SFTP service lets in
    When the user fetches an extract
    Then it is read by the layout
