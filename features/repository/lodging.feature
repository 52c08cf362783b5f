Feature: Journeys: what is issued is lodged in the Repository, in the same octets, and nothing else is
  Appendix M 2.3.1.4, 2.3.1.9, 2.4.1.4 and 2.5.1.4; Appendix P 1.3.

  @E2E-P10 @M-2.4.1.4-b @O-LODGE-a @O-LODGE-c @P-1.3-a @interface-adhoc
  @interface-repository-web-service @interface-repository-portal
  Scenario Outline: A Device Certificate of the Ad Hoc service is found by <repository>
    Given a user of <repository>
    And certificates that the Ad Hoc service has issued
    When the user looks for them
    Then each is found in time, in the octets that were issued

    Examples:
      | repository            |
      | the Web Service       |
      | the Repository portal |

  @E2E-P15 @P-1.3-a @M-2.4.1.4-b @O-LODGE-a @O-LODGE-c @interface-adhoc @interface-repository-web-service
  Scenario: A Device Certificate is found within the time for lodging, counted from its issue
    Given a user of the Web Service
    And an Authorised Subscriber of the Ad Hoc Device CSR Web Service
    And a Device with an earlier Device Certificate
    When the subscriber submits a Digital Signing Device CSR for the Device
    Then a Device Certificate is issued for it
    When the user looks for that certificate at once
    Then it is found in time, in the octets that were issued

  @E2E-P11 @M-2.5.1.4-b @O-LODGE-a @O-LODGE-c @P-1.3-a @interface-batch
  @interface-repository-web-service @interface-repository-portal
  Scenario Outline: The Device Certificates of a batch are found by <repository>
    Given a user of <repository>
    And certificates that the Batched service has issued
    When the user looks for them
    Then each is found in time, in the octets that were issued

    Examples:
      | repository            |
      | the Web Service       |
      | the Repository portal |

  @E2E-P12 @M-2.3.1.9-b @O-LODGE-a @O-LODGE-c @P-1.3-a @interface-portal-gateway
  @interface-repository-web-service @interface-repository-portal
  Scenario Outline: A Device Certificate from <way> is found by <repository>
    Given a user of <repository>
    And certificates that <way> has issued
    When the user looks for them
    Then each is found in time, in the octets that were issued

    Examples:
      | way                                | repository            |
      | the SMKI Portal                    | the Web Service       |
      | the SMKI Portal                    | the Repository portal |
      | a Batched CSR on the SMKI Portal   | the Web Service       |
      | a Batched CSR on the SMKI Portal   | the Repository portal |

  @E2E-P13 @M-2.3.1.4-b @M-2.3.1.4-c @O-LODGE-a @O-LODGE-c @P-1.3-a
  @interface-portal-gateway @interface-portal-internet @interface-repository-web-service @interface-repository-portal
  Scenario Outline: An Organisation Certificate from <way> is downloaded from <repository> as from the portal
    Given a user of <repository>
    And certificates that <way> has issued
    When the user looks for them
    Then each is found in time, in the octets that were issued

    Examples:
      | way                                | repository            |
      | the SMKI Portal, to an organisation | the Web Service       |
      | the SMKI Portal, to an organisation | the Repository portal |
      | the SMKI Portal via the Internet   | the Web Service       |
      | the SMKI Portal via the Internet   | the Repository portal |

  @E2E-P14 @O-LODGE-a @O-LODGE-c @O-SF-b @needs-operator-clock @interface-repository-sftp
  Scenario: What each interface has issued is in the extracts
    Given a user of the extracts by SFTP
    And certificates that each interface which is claimed has issued
    When the user looks for them
    Then each is found in time, in the octets that were issued

  @E2E-P20 @M-2.3.1.5-b @O-WS-j @needs-operator-revocation @interface-repository-web-service
  Scenario: An Organisation Certificate that its subscriber rejects is told to be revoked
    Given a user of the Repository Web Service
    And an Organisation Certificate of this scenario's own in the Repository
    When the subscriber rejects that certificate
    Then before long it is told that it was revoked
    And a search tells the same of it

  @E2E-N10 @M-2.4.1.3-c @O-LODGE-a @interface-adhoc @interface-repository-web-service
  Scenario Outline: Nothing is lodged for a Device CSR that the Ad Hoc service refuses: <fault>
    Given a user of the Repository Web Service
    And an Authorised Subscriber of the Ad Hoc Device CSR Web Service
    And a Device with an earlier Device Certificate
    And what the Repository holds of the Device
    When the subscriber submits a faulty Device CSR: <fault>
    Then no Device Certificate is in the answer
    When the subscriber submits a Digital Signing Device CSR for the Device
    Then a Device Certificate is issued for it
    And the Repository holds that one besides, and no other

    Examples:
      | fault                            |
      | a signature with one bit changed |
      | a P-384 key                      |

  @E2E-N11 @M-2.5.1.3-e @O-LODGE-a @interface-batch @interface-repository-web-service
  Scenario: Nothing is lodged for the Device CSRs of a batch that are refused
    Given a user of the Repository Web Service
    And an Authorised Subscriber of the Batched Device CSR Web Service
    When the subscriber submits a batch of right Device CSRs, and among them these faulty ones:
      | fault                            |
      | a signature with one bit changed |
      | a P-384 key                      |
    Then each faulty one has a CSR error, and each right one a Device Certificate
    And the Repository holds those certificates of the batch's Devices, and no other

  @E2E-N12 @M-2.3.1.8-c @O-LODGE-a @interface-portal-gateway @interface-repository-web-service
  Scenario: Nothing is lodged for a Device CSR that the SMKI Portal rejects
    Given a user of the Repository Web Service
    And an ARO for Device Certificates on the SMKI Portal
    And a new Device
    When the ARO submits a faulty Device CSR: a signature with one bit changed
    Then the Device CSR is not taken
    When the ARO submits a Digital Signing Device CSR for the Device
    Then its Device Certificate can be picked up
    And the Repository holds that one of the portal's Device, and no other

  @E2E-N13 @M-2.3.1.3-b @O-LODGE-a @interface-portal-gateway @interface-repository-web-service
  Scenario Outline: Nothing is lodged for an Organisation CSR that the SMKI Portal rejects: <fault>
    Given a user of the Repository Web Service
    And an ARO who may submit Organisation CSRs
    And what the Repository holds of the ARO's organisation
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    When the ARO submits a Digital Signing Organisation CSR
    Then its Organisation Certificate can be downloaded
    And the Repository holds that one of the organisation besides, and no other

    Examples:
      | fault                            |
      | a signature with one bit changed |
      | a P-384 key                      |
