Describe 'Test-PbsPermission' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
        $null = Connect-PbsServer $config
    }
    AfterAll { Disconnect-PbsServer }

    It 'answers yes or no' {
        Test-PbsPermission backup@pbs /datastore/ds1 Datastore.Backup | Should -BeExactly $true
        Test-PbsPermission -AuthId backup@pbs -Path /datastore/ds1 -Privilege Datastore.Audit | Should -BeExactly $false
        Test-PbsPermission -AclPath / -Privilege Sys.Modify | Should -BeTrue
    }

    It 'takes one of several privileges, or all' {
        Test-PbsPermission backup@pbs /datastore/ds1 Datastore.Backup, Datastore.Audit | Should -BeTrue
        Test-PbsPermission backup@pbs /datastore/ds1 Datastore.Backup, Datastore.Audit -All | Should -BeFalse
        Test-PbsPermission alice@pbs /datastore Datastore.Read, Datastore.Verify -All | Should -BeTrue
    }

    It 'answers for each path and identity, also from the pipeline' {
        Test-PbsPermission alice@pbs /datastore, /datastore/ds1, /datastore/ds1/a Datastore.Read | Should -Be $true, $false, $true
        Test-PbsPermission backup@pbs, off@pbs /datastore/ds1 Datastore.Backup | Should -Be $true, $false
        Get-PbsNamespace ds1 -Recurse | Test-PbsPermission alice@pbs -Privilege Datastore.Read | Should -Be $false, $true, $true, $true
        Get-PbsPermission backup@pbs /datastore/ds1 | Test-PbsPermission | Should -BeTrue
        Get-PbsPermission backup@pbs /datastore/ds1 | ConvertTo-Csv | ConvertFrom-Csv | Test-PbsPermission | Should -BeTrue
    }

    It 'refuses what it does not know, and goes on' {
        { Test-PbsPermission backup@pbs / Fly -ErrorAction Stop } | Should -Throw -ErrorId 'PrivilegeUnknown,*'
        { Test-PbsPermission backup / Datastore.Read -ErrorAction Stop } | Should -Throw -ErrorId 'AuthIdInvalid,*'
        Test-PbsPermission backup, backup@pbs /datastore/ds1 Datastore.Backup -ErrorAction SilentlyContinue | Should -Be $true
    }

    It 'completes' {
        (Get-Completion 'Test-PbsPermission off@pbs / Datastore.Ver').CompletionText | Should -Be 'Datastore.Verify'
    }
}
