Describe 'Get-PbsPrivilege' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
        $null = Connect-PbsServer $config
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists the privileges of PBS with the roles that grant them' {
        (Get-PbsPrivilege).Count | Should -Be 23
        $prune = Get-PbsPrivilege Datastore.Prune
        $prune | Should -BeOfType PbsModule.Core.Features.Acl.PrivilegeInfo
        $prune.Roles | Should -Be 'Admin', 'DatastoreAdmin', 'DatastorePowerUser'
        "$prune" | Should -Be 'Datastore.Prune'
    }

    It 'lists those of the release of the server' {
        (Get-PbsPrivilege Remote.DatastorePrune).Roles | Should -Be 'Admin', 'RemoteDatastorePowerUser', 'RemoteDatastoreAdmin'
        try {
            $null = Connect-PbsServer $config -ServerVersion 3.2.4
            (Get-PbsPrivilege).Count | Should -Be 20
        }
        finally { $null = Connect-PbsServer $config }
    }

    It 'filters, and takes names and permissions from the pipeline' {
        @(Get-PbsPrivilege datastore.*).Count | Should -Be 7
        ('Sys.Audit' | Get-PbsPrivilege).Privilege | Should -Be 'Sys.Audit'
        @(Get-PbsPermission alice@pbs /datastore | Get-PbsPrivilege).Count | Should -Be 6
    }

    It 'reports a privilege that is not there; a wildcard is no error' {
        { Get-PbsPrivilege Datastore.Fly -ErrorAction Stop } | Should -Throw -ErrorId 'PrivilegeUnknown,*'
        Get-PbsPrivilege Fly* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'round-trips through CSV and completes' {
        (Get-PbsPrivilege | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsPrivilege).Count | Should -Be 23
        (Get-Completion 'Get-PbsPrivilege Datastore.A').CompletionText | Should -Be 'Datastore.Audit', 'Datastore.Allocate'
    }
}
