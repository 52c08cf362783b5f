@interface-portal-gateway
Feature: SMKI Portal: a Batched CSR that is no ZIP of Device CSRs is rejected, or the file that is wrong ends with an error
  Appendix M 2.3.1.7, M-C, M-F. Nothing is written elsewhere, nothing is exhausted, and no file is left out in silence.

  Background:
    Given the SMKI Portal takes Batched CSRs of an ARO

  @PGD-N27 @M-2.3.1.7-d @M-2.3.1.7-f @M-F-ZIP-a
  Scenario Outline: What cannot be read as a ZIP is rejected whole
    When the ARO uploads a faulty archive: <fault>
    Then the Batched CSR is rejected with FORMAT_ERROR or WORKFLOW_ERROR
    And the portal has issued nothing for it

    Examples:
      | fault                           |
      | a text in place of the ZIP      |
      | a gzip file in place of the ZIP |
      | cut after its first half        |
      | without its central directory   |

  @PGD-N28 @M-2.3.1.7-d @M-F-ZIP-b
  Scenario Outline: A Batched CSR without any Device CSR is not taken, or nothing comes of it
    M-F speaks of up to 50,000 files: an RA may take an empty archive and issue nothing for it.
    When the ARO uploads a faulty archive: <fault>
    Then the Batched CSR is not taken, or has no Device CSR in it
    And the portal has issued nothing for it

    Examples:
      | fault            |
      | no octets        |
      | without any file |

  @PGD-N29 @M-2.3.1.7-e @M-2.3.1.7-f @M-F-ZIP-b
  Scenario: One Device CSR more than a Batched CSR may hold has all of it rejected
    When the ARO uploads a Batched CSR of one Device CSR more than it may hold
    Then the Batched CSR is rejected with FORMAT_ERROR
    And the portal has issued nothing for it

  @PGD-N30 @M-2.3.1.7-d @M-2.3.1.7-f @M-F-ZIP-b
  Scenario Outline: A file that is not in the root of the archive, under a name of its own with the extension csr, is not processed
    When the ARO uploads a faulty archive: <fault>
    Then the Batched CSR is rejected, or the file that is wrong ends with an error and the others do not
    And another Batched CSR is accepted

    Examples:
      | fault                                     |
      | a file in a folder                        |
      | a name that leads out of the archive      |
      | a name that leads out of a folder         |
      | an absolute name                          |
      | another extension                         |
      | no extension                              |
      | two files of one name                     |

  @PGD-N40 @M-2.3.1.7-d @M-2.3.1.7-f @M-F-ZIP-b @advisory
  Scenario Outline: A file whose name leads elsewhere on some systems only is not processed either
    Advisory: to the note of 1997 a backslash, a colon and a NUL are characters of a name like others.
    When the ARO uploads a faulty archive: <fault>
    Then the Batched CSR is rejected, or the file that is wrong ends with an error and the others do not
    And another Batched CSR is accepted

    Examples:
      | fault                                 |
      | a name with a backslash               |
      | a name that leads out by backslashes  |
      | a name with a drive letter            |
      | a name with a NUL                     |

  @PGD-N31 @M-2.3.1.7-d @M-2.3.1.7-f @M-F-ZIP-a
  Scenario Outline: A file that cannot be read out of the archive is not processed
    When the ARO uploads a faulty archive: <fault>
    Then the Batched CSR is rejected, or the file that is wrong ends with an error and the others do not

    Examples:
      | fault                                    |
      | one file encrypted                       |
      | every file encrypted                     |
      | a link                                   |
      | a file compressed by an unknown method   |
      | a file with a wrong CRC                  |
      | a file cut short in itself               |

  @PGD-N32 @M-2.3.1.7-d @M-2.3.1.7-f @M-F-ZIP-a @M-F-ZIP-c
  Scenario Outline: An archive that is far larger than it looks exhausts nothing
    When the ARO uploads a faulty archive: <fault>
    Then the Batched CSR is rejected, or the file that is wrong ends with an error and the others do not
    And another Batched CSR is accepted

    Examples:
      | fault                                                            |
      | a file that expands to a gibibyte                                |
      | a file that expands to a gibibyte and tells of 400 octets        |
      | an end record of ZIP64 that counts four thousand million files   |

  @PGD-N33 @M-2.3.1.7-d @M-2.3.1.7-f @M-2.3.1.8-d @M-F-ZIP-a
  Scenario Outline: An archive whose end record counts its files wrongly is rejected, or all of it is processed
    When the ARO uploads a faulty archive: <fault>
    Then the Batched CSR is rejected, or the file that is wrong ends with an error and the others do not

    Examples:
      | fault                                    |
      | an end record that counts one file fewer |
      | an end record that counts one file more  |

  @PGD-N34 @M-2.3.1.8-d @M-2.3.1.7-f @M-F-ZIP-c
  Scenario Outline: A file of a Batched CSR that holds no Device CSR is not processed
    When the ARO uploads a faulty archive: <fault>
    Then the Batched CSR is rejected, or the file that is wrong ends with an error and the others do not

    Examples:
      | fault                           |
      | a file without octets           |
      | a file of ten million characters|
      | a file that is not Base64       |
      | a file of half a CSR            |
      | a file that is itself a ZIP     |

  @PGD-N35 @M-2.3.1.7-d @needs-operator-clock @needs-operator-issued
  Scenario Outline: A Batched CSR that was rejected whole for one file is not processed in the night either
    When the ARO uploads a faulty archive: <fault>
    Then if the Batched CSR was rejected, the portal has issued nothing for it by the next morning

    Examples:
      | fault                  |
      | a file in a folder     |
      | another extension      |
      | two files of one name  |

  @PGD-N36 @M-2.3.1.7-e @M-2.3.1.7-f @needs-operator-clock @needs-operator-issued
  Scenario: A Batched CSR that was rejected for its size is not processed in the night either
    When the ARO uploads a Batched CSR of one Device CSR more than it may hold
    Then the Batched CSR is rejected with FORMAT_ERROR
    And the portal has issued nothing for it by the next morning
