Describe 'Get-PbsRole' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
        $null = Connect-PbsServer $config
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists the roles of PBS with their privileges' {
        $roles = Get-PbsRole
        $roles.Count | Should -Be 18
        $roles[0] | Should -BeOfType PbsModule.Core.Features.Acl.RoleInfo
        $user = Get-PbsRole DatastorePowerUser
        "$user" | Should -Be 'DatastorePowerUser'
        $user.Privileges | Should -Be 'Datastore.Backup', 'Datastore.Prune'
        (Get-PbsRole NoAccess).Privileges.Count | Should -Be 0
        (Get-PbsRole Admin).Privileges.Count | Should -Be 23
    }

    It 'lists those of the release of the server' {
        try {
            $null = Connect-PbsServer $config -ServerVersion 3.2.4
            (Get-PbsRole).Count | Should -Be 15
            (Get-PbsRole Admin).Privileges.Count | Should -Be 20
            { Get-PbsRole RemoteSyncPushOperator -ErrorAction Stop } | Should -Throw -ErrorId 'RoleUnknown,*'
        }
        finally { $null = Connect-PbsServer $config }
        (Get-PbsRole RemoteSyncPushOperator).Privileges | Should -Be 'Remote.Audit', 'Remote.DatastoreBackup'
    }

    It 'filters, takes names and entries from the pipeline' {
        @(Get-PbsRole tape*).Count | Should -Be 4
        @(Get-PbsRole Admin, Audit).Count | Should -Be 2
        ('Audit' | Get-PbsRole).Role | Should -Be 'Audit'
        (Get-PbsAcl / | Get-PbsRole).Role | Should -Be 'Admin'
    }

    It 'reports a role that is not there; a wildcard is no error' {
        { Get-PbsRole Boss -ErrorAction Stop } | Should -Throw "unknown role 'Boss'" -ErrorId 'RoleUnknown,*'
        Get-PbsRole Boss* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'round-trips through CSV and completes' {
        (Get-PbsRole | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsRole).Count | Should -Be 18
        (Get-PbsRole Audit | ConvertTo-Csv | ConvertFrom-Csv).Privileges | Should -Be 'Sys.Audit, Datastore.Audit'
        (Get-Completion 'Get-PbsRole TapeO').CompletionText | Should -Be 'TapeOperator'
    }
}
