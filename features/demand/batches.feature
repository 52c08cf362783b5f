@interface-batch
Feature: Demand: Batched CSRs are processed overnight, in turn, and in time
  Appendix N 3.1.1, Appendix M 1.2. Times are UK local time.

  Background:
    Given an Authorised Subscriber of the Batched Device CSR Web Service

  @DEM-P01 @N-3.1.1-c @M-2.5.1.4-a
  Scenario: A batch that was submitted before 20:00 is processed by 08:00 on the next day
    Given the time is before 20:00
    When the subscriber submits a batch of 3 Device CSRs for new Devices
    Then each Device CSR of it is issued a Device Certificate
    And it was processed by 08:00 on the next day

  @DEM-P02 @N-3.1.1-c @M-2.5.1.4-a
  Scenario: A batch that was submitted after 20:00 is processed by the end of the following night
    Given the time is after 20:00
    When the subscriber submits a batch of 3 Device CSRs for new Devices
    Then each Device CSR of it is issued a Device Certificate
    And it was processed by the end of the following night

  @DEM-P03 @N-3.1.1-a @needs-operator-clock @needs-unpaced
  Scenario: Batches are processed in turn, whoever has submitted them
    Given the time is before 20:00
    When the subscriber and another Party submit 3 batches in turn
    Then none of them is completed before those that came earlier

  @DEM-P04 @N-3.1.1-b @advisory @needs-operator-clock @needs-unpaced
  Scenario: A batch is not processed by day
    Advisory: the text says when batches are processed, and does not forbid it at other times.
    Given the time is in the morning, after 08:00
    When the subscriber submits a batch of 3 Device CSRs for new Devices
    Then it is neither PROCESSING nor COMPLETED before 20:00

  @DEM-P05 @M-1.2-b @advisory
  Scenario: The results of a batch are there within the target response time
    Given the time is before 20:00
    When the subscriber submits a batch of 3 Device CSRs for new Devices
    Then each Device CSR of it is issued a Device Certificate
    And its results were there within the target response time

  @DEM-P06 @M-2.5.1.2-c
  Scenario: Batches that come one after another are each answered, and how fast is recorded
    When the subscriber submits 10 batches, one after another
    Then each batch is accepted
    And the response times are recorded
