@interface-batch
Feature: Batched Device CSR Web Service: the states of a batch, and no result before it is completed
  Appendix M-D. An RA need not show every state: one that a batch was not seen in is not run.

  Background:
    Given an Authorised Subscriber of the Batched Device CSR Web Service

  @BWS-P20 @M-D-COMPLETED @M-2.5.GO-d @needs-operator-clock @needs-unpaced
  Scenario: A batch goes forward from state to state, and ends COMPLETED
    Given a batch that was followed on its way
    Then it never went back to an earlier state

  @BWS-P21 @M-D-PENDING @M-D-RSP-b @M-D-RSP-c @needs-operator-clock @needs-unpaced
  Scenario: A batch that is PENDING has a right message without any result
    Given a batch that was followed on its way
    And it was seen PENDING
    Then its message was right then, and it held no result: PENDING

  @BWS-P23 @M-D-PARSING @M-D-RSP-b @M-D-RSP-c @needs-operator-clock @needs-unpaced
  Scenario: A batch that is PARSING has a right message without any result
    Given a batch that was followed on its way
    And it was seen PARSING
    Then its message was right then, and it held no result: PARSING

  @BWS-P24 @M-D-QUEUED @M-D-RSP-b @M-D-RSP-c @needs-operator-clock @needs-unpaced
  Scenario: A batch that is QUEUED has a right message without any result
    Given a batch that was followed on its way
    And it was seen QUEUED
    Then its message was right then, and it held no result: QUEUED

  @BWS-P25 @M-D-PROCESSING @M-D-RSP-b @M-D-RSP-c @needs-operator-clock @needs-unpaced
  Scenario: A batch that is PROCESSING has a right message without any result
    Given a batch that was followed on its way
    And it was seen PROCESSING
    Then its message was right then, and it held no result: PROCESSING

  @BWS-P22 @M-D-PAUSED @M-D-COMPLETED @needs-operator-clock @needs-unpaced
  Scenario: A batch that is under way when the window closes pauses, and goes on in the next
    Given a batch that was followed on its way
    When a batch is under way as the window closes
    Then it is PAUSED until the window opens, without any result
    And each Device CSR of it is issued a Device Certificate

  @BWS-N50 @M-D-REJECTED @M-2.5.1.3-e @needs-operator-batches @needs-operator-clock @needs-unpaced
  Scenario: A batch that the Registration Authority rejects is REJECTED and never processed
    When the subscriber submits a batch of 3 Device CSRs for new Devices
    And the Registration Authority rejects it
    Then the batch is REJECTED for good, and nothing of it is issued

  @BWS-N51 @M-D-TAMPERED @needs-operator-batches @needs-operator-clock @needs-unpaced
  Scenario: A batch whose content has changed since it was uploaded is TAMPERED and never processed
    When the subscriber submits a batch of 3 Device CSRs for new Devices
    And its content is changed before it is parsed
    Then the batch is TAMPERED for good, and nothing of it is issued
