@interface-portal-gateway
Feature: SMKI Portal: Device Certificates are picked up by the Party that asked for them, with the Device IKI Certificate
  Appendix M 2.3.1.9, Appendix N 1.

  @PGD-N18 @M-2.3.1.9-c @N-1-a
  Scenario: Another Party sees neither a Device CSR nor its certificate
    Given a Device CSR of an ARO whose certificate can be picked up
    When an ARO of another Party looks for it on the Device pages
    Then it is neither among that ARO's requests nor on that ARO's pickup page

  @PGD-N19 @M-2.3.1.9-c @M-2.3.EST-b @N-1-a
  Scenario Outline: The certificate of a Device CSR is given to no one else at its address
    Given a Device CSR of an ARO whose certificate can be picked up
    When <who> asks for the certificate at its address
    Then no Device Certificate is in what comes

    Examples:
      | who                                             |
      | an ARO of another Party                         |
      | a user with an Organisation IKI Certificate     |
      | a user without an IKI Certificate               |

  @PGD-N20 @M-2.3.1.9-d @N-1-a
  Scenario: Another Party does not see a Batched CSR
    Given a Batched CSR of an ARO whose files can be picked up
    When an ARO of another Party looks for the Batched CSR on the Device pages
    Then the Batched CSR is neither among that ARO's requests nor on that ARO's pickup page

  @PGD-N21 @M-2.3.1.9-d @M-2.3.EST-b @N-1-a
  Scenario Outline: The files of a Batched CSR are given to no one else at their addresses
    Given a Batched CSR of an ARO whose files can be picked up
    When <who> asks for the files of the Batched CSR at their addresses
    Then no file of the Batched CSR is in what comes

    Examples:
      | who                                             |
      | an ARO of another Party                         |
      | a user with an Organisation IKI Certificate     |
      | a user without an IKI Certificate               |
