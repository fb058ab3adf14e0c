Describe 'Get-PbsPermission' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
        $null = Connect-PbsServer $config
    }
    AfterAll { Disconnect-PbsServer }

    It 'is the object scripts rely on' {
        $permission = Get-PbsPermission -AuthId backup@pbs -AclPath /datastore/ds1
        $permission | Should -BeOfType PbsModule.Core.Features.Acl.PermissionInfo
        $permission.AuthId, $permission.AclPath, $permission.Privilege, $permission.Propagate, $permission.Source |
            Should -Be 'backup@pbs', '/datastore/ds1', 'Datastore.Backup', $true, 'DatastoreBackup on /datastore/ds1'
        (Get-PbsPermission -AuthId backup@pbs -Path /datastore/ds1/a).Source | Should -Be 'DatastoreBackup on /datastore/ds1 (propagated)'
    }

    It 'evaluates as the topic explains' {
        # What about_PbsAccessControl works through.
        (Get-PbsPermission alice@pbs /datastore).Privilege | Should -Be 'Datastore.Audit', 'Datastore.Modify', 'Datastore.Read', 'Datastore.Verify', 'Datastore.Backup', 'Datastore.Prune'
        Get-PbsPermission alice@pbs /datastore/ds1 | Should -BeNullOrEmpty
        (Get-PbsPermission alice@pbs /datastore/ds1/a)[0].Source | Should -Be 'DatastoreAdmin on /datastore (propagated)'
        (Get-PbsPermission alice@pbs!t-1 /datastore/ds1/a).Privilege | Should -Be 'Datastore.Audit', 'Datastore.Read', 'Datastore.Verify'
        (Get-PbsPermission alice@pbs!t-1 /datastore/ds1/a)[0].Source | Should -Be 'DatastoreReader on /datastore/ds1/a, limited by alice@pbs: DatastoreAdmin on /datastore (propagated)'
        Get-PbsPermission alice@pbs!t-1 /datastore/ds1 | Should -BeNullOrEmpty
        @(Get-PbsPermission root@pam /).Count | Should -Be 23
    }

    It 'says with -Verbose why there is nothing' {
        Get-PbsPermission alice@pbs /datastore/ds1 -Verbose 4>&1 | Should -Match 'NoAccess on /datastore/ds1 decides'
        Get-PbsPermission backup@pbs / -Verbose 4>&1 | Should -Match 'no entry gives backup@pbs a role on /'
    }

    It 'covers identities and paths by wildcards, and everything by default' {
        @(Get-PbsPermission * /datastore/ds1 | Where-Object Privilege -eq Datastore.Prune).AuthId | Should -Be 'admin@pbs', 'root@pam'
        @(Get-PbsPermission backup@pbs /datastore/*).AclPath | Should -Be '/datastore/ds1', '/datastore/ds1/a'
        @(Get-PbsPermission backup@pbs).AclPath | Should -Be '/datastore/ds1', '/datastore/ds1/a'
        (Get-PbsPermission -AclPath /).AuthId | Select-Object -Unique | Should -Be 'root@pam'
    }

    It 'takes users, entries, stores and namespaces from the pipeline' {
        (Get-PbsUser backup@pbs | Get-PbsPermission -AclPath /datastore/ds1).Privilege | Should -Be 'Datastore.Backup'
        (Get-PbsAcl -AuthId backup@pbs | Get-PbsPermission).Privilege | Should -Be 'Datastore.Backup'
        @(Get-PbsNamespace ds1 -Recurse | Get-PbsPermission -AuthId backup@pbs).Count | Should -Be 4
        (Get-PbsDatastore ds1 | Get-PbsPermission -AuthId backup@pbs).AclPath | Should -Be '/datastore/ds1'
        (Get-PbsAcl -AuthId backup@pbs | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsPermission).Source | Should -Be 'DatastoreBackup on /datastore/ds1'
    }

    It 'warns of somebody who does not exist' {
        Get-PbsPermission nobody@pbs / -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -Match 'nobody@pbs'
        { Get-PbsPermission nobody / -ErrorAction Stop } | Should -Throw -ErrorId 'AuthIdInvalid,*'
    }

    It 'answers everybody for himself, a user for his tokens, and refuses others in PBS''s words' {
        try {
            $null = Connect-PbsServer $config -AuthId alice@pbs
            @(Get-PbsPermission -AclPath /datastore).Count | Should -Be 6
            @(Get-PbsPermission alice@pbs!t-1 /datastore/ds1/a).Count | Should -Be 3
            { Get-PbsPermission admin@pbs / -ErrorAction Stop } | Should -Throw 'not allowed to list permissions of admin@pbs' -ErrorId 'PermissionDenied,*'
        }
        finally { $null = Connect-PbsServer $config }
    }

    It 'completes' {
        (Get-Completion 'Get-PbsPermission off').CompletionText | Should -Be 'off@pbs'
        (Get-Completion 'Get-PbsPermission off@pbs /datastore/ds1/a').CompletionText | Should -Contain '/datastore/ds1/a'
    }
}
