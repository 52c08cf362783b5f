@interface-repository-sftp
Feature: SMKI Repository by SFTP: it is open to its users, for reading, and to nobody else
  Appendices O and P. The host key is one of those that the target file names. What a user may do beside reading is
  recalled only, so that it decides nothing.

  @RSF-P01 @P-1.1-a @O-SF-a
  Scenario Outline: A user is let in to the Repository by SFTP with <means>
    When a user logs in by SFTP with <means>
    Then the user sees the files of the Repository

    Examples:
      | means        |
      | the password |
      | the SSH key  |

  @RSF-P02 @O-SF-a
  Scenario: The SFTP service shows the host key that was published, each time
    When the SFTP service is connected to 3 times
    Then its host key is one that the target file names

  @RSF-N01 @P-1.1-a @O-SF-a
  Scenario Outline: A login by SFTP with <means> is refused
    Given a user whom the SFTP service lets in
    When somebody logs in by SFTP with <means>
    Then the SFTP service lets nobody in

    Examples:
      | means                                            |
      | the user's name and a wrong password             |
      | the user's name and no password                  |
      | the user's name and the password of another user |
      | the user's name and an unknown SSH key           |
      | the user's name and the SSH key of another user  |
      | the user's name and no credentials at all        |
      | an unknown name and the user's password          |
      | an unknown name and no credentials at all        |
      | the name anonymous and no password               |

  @RSF-N02 @P-1.1-a @O-SF-a
  Scenario: A user whose access was withdrawn is not let in by SFTP
    Given a user whom the SFTP service lets in
    When a user whose access was withdrawn logs in by SFTP
    Then the SFTP service lets nobody in

  @RSF-P03 @P-1.1-a @O-SF-d
  Scenario: The files of the Repository are listed and fetched by SFTP
    Given a user whom the SFTP service lets in
    When the user fetches an extract
    Then the whole of the file came

  @RSF-N03 @O-SF-a
  Scenario Outline: Nothing outside the user's own folder is read by SFTP: <path>
    Given a user whom the SFTP service lets in
    When the user asks for a file of the server itself: <path>
    Then no such file is given

    Examples:
      | path                                 |
      | /etc/passwd                          |
      | /etc/ssh/sshd_config                 |
      | /proc/self/environ                   |
      | ../../../../../../etc/passwd         |
      | {extracts}/../../../../../etc/passwd |
      | ../../../../../../proc/self/environ  |
      | ..\..\..\..\etc\passwd               |

  @RSF-N05 @O-SF-a
  Scenario: The folders of the server itself are not listed by SFTP
    Given a user whom the SFTP service lets in
    When the user looks for the folders of the server itself
    Then none of them is listed

  @RSF-N04 @O-SF-a
  Scenario Outline: The files of the Repository can only be read by SFTP: <deed>
    Given a user whom the SFTP service lets in
    When the user tries by SFTP to <deed>
    Then that is refused, and the files are as they were

    Examples:
      | deed                  |
      | write a new file      |
      | write over an extract |
      | remove an extract     |
      | rename an extract     |
      | make a directory      |
