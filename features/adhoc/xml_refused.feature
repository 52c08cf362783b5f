@interface-adhoc
Feature: Ad Hoc Device CSR Web Service: a request whose XML is wrong is refused as a format error
  Appendix M 2.4.1.2, M-A, M-B. The request would be accepted but for the one thing that each row names.

  Background:
    Given an Authorised Subscriber of the Ad Hoc Device CSR Web Service
    And a Device with an earlier Device Certificate

  @AHW-N01 @M-2.4.1.2-a @M-2.4.1.2-c @M-2.4.GO-d @M-A-FORMAT_ERROR @M-B-RSP-a
  Scenario Outline: A request that is not well-formed XML is refused as a format error
    When the subscriber submits a faulty request: <fault>
    Then the request is refused with FORMAT_ERROR
    And the answer carries no reference
    And nothing was issued

    Examples:
      | fault                            |
      | an empty body                    |
      | text that is not XML             |
      | JSON                             |
      | XML cut after its first half     |
      | XML without its last end tag     |
      | XML with octets that are not UTF-8 |
      | XML with an undeclared entity    |
      | XML with a second root element   |

  @AHW-N02 @M-2.4.1.2-a @M-2.4.1.2-c @M-2.4.GO-d @M-2.4.GO-e @M-A-FORMAT_ERROR @M-B-REQ-a @M-B-REQ-c @M-B-REQ-d
  @M-MSG-a
  Scenario Outline: A request that breaks the schema is refused as a format error
    When the subscriber submits a faulty request: <fault>
    Then the request is refused with FORMAT_ERROR
    And nothing was issued

    Examples:
      | fault                                    |
      | another root element                     |
      | the root element in a namespace          |
      | no Version                               |
      | Version twice                            |
      | Version 2.0                              |
      | an empty Version                         |
      | no CertificateSigningRequest             |
      | CertificateSigningRequest twice          |
      | CertificateSigningRequest before Version |
      | an unknown element between               |
      | an unknown element at the end            |
      | an unknown attribute                     |
      | no ID                                    |
      | an empty ID                              |
      | an ID of 33 characters                   |
      | a CSR that is not Base64                 |
      | a CSR with BEGIN and END lines           |

  @AHW-N03 @M-2.4.1.2-b @M-B-REQ-d @M-F-DEV-g
  Scenario Outline: A Device CSR that is not Base64 without white space is refused
    The schema's type lets white space and the empty string pass, so a format error and a CSR error are both right.
    When the subscriber submits a faulty request: <fault>
    Then the request is refused with FORMAT_ERROR or CSR_ERROR
    And nothing was issued

    Examples:
      | fault                   |
      | a CSR with line breaks  |
      | a CSR with spaces       |
      | an empty CSR            |

  @AHW-N04 @M-2.4.1.2-a @advisory
  Scenario: A request with a document type of its own is refused as a format error
    Advisory: the schema does not speak of document types, and with its entity replaced this request is right.
    When the subscriber submits a request whose Version is an internal entity
    Then the request is refused with FORMAT_ERROR
    And nothing was issued

  @AHW-N05 @M-2.4.1.2-a @M-A-FORMAT_ERROR
  Scenario: An external entity is refused as a format error and discloses nothing
    When the subscriber submits a request whose Version is an external entity
    Then the request is refused with FORMAT_ERROR
    And the answer discloses nothing of the entity
    And nothing was issued

  @AHW-N06 @M-2.4.1.2-a @M-A-FORMAT_ERROR
  Scenario: Entities that expand without measure are refused as a format error and exhaust nothing
    When the subscriber submits a request whose Version expands to ten thousand million characters
    Then the request is refused with FORMAT_ERROR
    And another Device CSR is answered with a Device Certificate
    And only that one was issued

  @AHW-N07 @M-2.4.1.2-b @M-2.4.1.2-a
  Scenario: A very large request is refused and exhausts nothing
    When the subscriber submits a request of 8 million octets
    Then no Device Certificate is in the answer
    And another Device CSR is answered with a Device Certificate
    And only that one was issued

  @AHW-N08 @M-2.4.1.2-c @needs-operator-log
  Scenario Outline: The rejection of a request is logged
    Given what the RA has logged so far
    When the subscriber submits a faulty request: <fault>
    Then no Device Certificate is in the answer
    And the rejection was logged

    Examples:
      | fault                  |
      | no Version             |
      | an empty CSR           |

  @AHW-N09 @M-2.4.GO-d @M-2.4.GO-e @M-MSG-a @M-MSG-b @M-A-HTTP-b
  @M-B-RSP-a @M-B-RSP-b @M-B-RSP-c @M-B-RSP-d @M-B-RSP-e @M-B-RSP-g @M-B-RSP-h @M-B-RSP-i
  Scenario Outline: An answer that carries a format error is the message of the schema
    When the subscriber submits a faulty request: <fault>
    Then the answer is the message of the schema
    And it carries an error and no Device Certificate

    Examples:
      | fault                |
      | XML cut after its first half |
      | Version 2.0          |
