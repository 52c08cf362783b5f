@interface-batch
Feature: Batched Device CSR Web Service: only an Authorised Subscriber with the right credential may submit a batch
  Appendix M 2.5, M-G-e; Appendix N 2.1.3; the proposal, S-2. A refusal may come in the TLS handshake, as an HTTP
  status or as an error in XML: the text leaves it open.

  Background:
    Given the Batched service takes batches from an Authorised Subscriber

  @BWS-P30 @N-2.1.3-a @N-1-a @N-2.3.3-a
  Scenario Outline: The Batched service is open to any Authorised Subscriber for Device Certificates
    Given a Party of the Batched service in the User Role of <user_role>
    When the Party submits a batch
    Then the batch is accepted

    Examples:
      | user_role        |
      | import-supplier  |
      | gas-supplier     |
      | network-operator |

  @BWS-N60 @S-2
  Scenario: A batch of a subscriber that has not completed User Entry Process Tests gets no Device Certificate
    It may be taken, and then rejected or found ineligible: what counts is that no Device Certificate comes of it.
    Given a Party of the Batched service that has not completed User Entry Process Tests
    When the Party submits a batch of which nothing may come
    Then the batch is not accepted, or nothing comes of it

  @BWS-N61 @N-2.3.3-a @N-1-a
  Scenario Outline: An IKI Certificate for the SMKI Portal does not open the Batched service
    Given a Party of the Batched service with an IKI Certificate for <purpose>
    When the Party submits a batch
    Then the batch is not accepted
    And nothing of it was issued

    Examples:
      | purpose             |
      | portal-organisation |
      | portal-device       |

  @BWS-N62 @M-G-e @N-2.3.3-a
  Scenario: An IKI Certificate for the Ad Hoc Device CSR Web Service does not open the Batched service
    Given a Party of the Batched service with an IKI Certificate for adhoc
    When the Party submits a batch
    Then the batch is not accepted
    And nothing of it was issued

  @BWS-N63 @M-G-e @N-2.3.3-a
  Scenario: An IKI Certificate for the Ad Hoc Device CSR Web Service is not given a result
    Given a Party of the Batched service with an IKI Certificate for adhoc
    When the Party asks for the result of the subscriber's batch
    Then the query is rejected and shows nothing of the batch

  @BWS-N64 @M-G-e @N-2.3.3-a @N-1-a @needs-operator-clock @needs-operator-issued
  Scenario Outline: A batch that was refused for its credential is not processed in the night either
    Given a Party of the Batched service with an IKI Certificate for <purpose>
    When the Party submits a batch
    Then the batch is not accepted
    And nothing of it is issued by the next morning

    Examples:
      | purpose       |
      | adhoc         |
      | portal-device |
