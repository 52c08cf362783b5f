@interface-portal-gateway
Feature: SMKI Portal: what a user gives on the Device pages is never made part of a page
  Shown back it is text: an element or a script of a stranger's would act with the credential of whoever looks at it.

  Background:
    Given an ARO for Device Certificates on the SMKI Portal

  @PGD-N38 @N-1-a
  Scenario Outline: What was pasted in place of a Device CSR is never made part of a page
    Given a new Device
    When the ARO submits a text with markup in it in place of the Device CSR: <markup>
    And the ARO looks for it on the Device pages
    Then no page has anything in it that came of the markup

    Examples:
      | markup                                   |
      | an element                               |
      | a script                                 |
      | the end of a text area                   |
      | the end of an attribute                  |
      | the end of an attribute in single quotes |
      | an event handler                         |
      | a template's expression                  |

  @PGD-N39 @N-1-a
  Scenario Outline: A name with markup in it, <of>, is never made part of a page
    When the ARO uploads a Batched CSR with markup in <of>: <markup>
    And the ARO looks for the Batched CSR on the Device pages
    Then no page has anything in it that came of the markup

    Examples:
      | of                         | markup                                   |
      | its own name               | an element                               |
      | its own name               | the end of an attribute                  |
      | its own name               | the end of an attribute in single quotes |
      | its own name               | an event handler                         |
      | the name of a file in it   | an element                               |
      | the name of a file in it   | the end of an attribute in single quotes |
