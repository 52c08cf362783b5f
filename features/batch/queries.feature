@interface-batch
Feature: Batched Device CSR Web Service: a result is given to the Party whose batch it is, and to a right query only
  Appendix M 2.5.1.4, M-D.

  Background:
    Given the Batched service takes batches from an Authorised Subscriber

  @BWS-N40 @M-D-FORMAT_ERROR @M-2.5.GO-d @M-2.5.1.4-e
  Scenario Outline: A query with a BatchId that is unknown or wrong is refused as a format error
    When the subscriber asks for the result with <query>
    Then the query is refused with FORMAT_ERROR

    Examples:
      | query                                     |
      | a BatchId that nobody was given           |
      | BatchId=0                                 |
      | a BatchId of 30 digits                    |
      | its own BatchId made negative             |
      | its own BatchId followed by a letter      |
      | its own BatchId followed by .0            |
      | its own BatchId in hexadecimal            |
      | BatchId=abc                               |
      | BatchId=' or '1'='1                       |
      | BatchId=                                  |
      | no BatchId                                |

  @BWS-N41 @M-D-FORMAT_ERROR @advisory @needs-unpaced
  Scenario Outline: A query that gives BatchId twice is refused as a format error
    Advisory: the text does not speak of it. It must not give what either BatchId alone would not.
    When the subscriber asks for the result with <query>
    Then the query is refused with FORMAT_ERROR

    Examples:
      | query                                     |
      | its own BatchId twice                     |
      | its own BatchId and an unknown one        |

  @BWS-N42 @M-D-HTTP-b
  Scenario: Another Party's BatchId is rejected, and nothing of its batch shown
    When another Party asks for the result of the subscriber's batch
    Then the query is rejected and shows nothing of the batch

  @BWS-N43 @M-D-HTTP-b @needs-operator-clock
  Scenario: Another Party's BatchId is rejected too when its results are there
    Given a batch of the scenario's own that is COMPLETED
    When another Party asks for the result of the subscriber's batch
    Then the query is rejected and shows nothing of the batch

  @BWS-N44 @M-MSG-b
  Scenario: Under another version of the service in the URL no batch is accepted
    When the subscriber submits a batch to version 2.0 of the service
    Then the batch is not accepted
    And nothing of it was issued

  @BWS-N45 @M-MSG-b
  Scenario: Under another version of the service in the URL no result is given
    When the subscriber asks version 2.0 of the service for the result of its batch
    Then the query is rejected and shows nothing of the batch

  @BWS-N46 @M-2.5.1.2-c @M-C-HTTP-a
  Scenario Outline: A batch sent by another method is not accepted
    When the subscriber sends a batch by <method>
    Then the batch is not accepted
    And nothing of it was issued

    Examples:
      | method  |
      | PUT     |
      | PATCH   |
      | DELETE  |

  @BWS-P13 @M-2.5.1.4-c @M-2.5.1.4-e @M-D-COMPLETED @needs-operator-clock @needs-unpaced
  Scenario: The result of a batch is the same whenever it is fetched, for 30 days
    Given a batch of the scenario's own that is COMPLETED
    When its result is fetched again at once, and 29 days later
    Then it is the same result each time

  @BWS-P14 @M-2.5.1.4-c @needs-operator-clock @needs-unpaced
  Scenario: The result of a batch is no longer there after 30 days
    Given a batch of the scenario's own that is COMPLETED
    When its result is fetched again 31 days later
    Then no Device Certificate is in the result
