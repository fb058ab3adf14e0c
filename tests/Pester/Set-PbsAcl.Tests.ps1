Describe 'Set-PbsAcl' {
    BeforeAll { . $PSScriptRoot/TestSupport.ps1 }
    BeforeEach { $server = Connect-TestServer }
    AfterAll { Disconnect-PbsServer }

    It 'grants a role' {
        Set-PbsAcl /datastore/ds1 admin@pbs Audit | Should -BeNullOrEmpty
        "$(Get-PbsAcl /datastore/ds1 admin@pbs)" | Should -Be 'acl:1:/datastore/ds1:admin@pbs:Audit'
        $entry = Set-PbsAcl /datastore/ds1 admin@pbs Audit -Propagate $false -PassThru
        "$entry" | Should -Be 'acl:0:/datastore/ds1:admin@pbs:Audit'
    }

    It 'grants lists at once' {
        @(Set-PbsAcl /datastore/ds1/a, /datastore/ds1/a/b admin@pbs, backup@pbs DatastoreAudit, DatastoreBackup -PassThru).Count | Should -Be 8
    }

    It 'takes rows, users and stores from the pipeline' {
        $csv = Join-Path $TestDrive acl.csv
        Get-PbsAcl | Export-Csv $csv
        $before = Get-Content $server.Acl -Raw
        Get-PbsAcl -AuthId alice@pbs | Remove-PbsAcl
        Import-Csv $csv | Set-PbsAcl
        Get-Content $server.Acl -Raw | Should -Be $before
        (Get-PbsUser admin@pbs | Set-PbsAcl -AclPath /tape -Role TapeReader -PassThru).AuthId | Should -Be 'admin@pbs'
        (Set-PbsAcl (Get-PbsNamespace ds1 a -Depth 0) admin@pbs Audit -PassThru).AclPath | Should -Be '/datastore/ds1/a'
    }

    It 'changes nothing with -WhatIf, and checks all the same' {
        $before = Get-Fingerprint $server.Config
        Set-PbsAcl / admin@pbs Audit -WhatIf
        { Set-PbsAcl / nobody@pbs Audit -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'UserNotFound,*'
        Get-Fingerprint $server.Config | Should -Be $before
    }

    It 'grants on the paths and with the roles of 4.x' {
        Set-PbsAcl /remote/site/store/a/b admin@pbs RemoteSyncPushOperator -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike "only PBS 3.2.11 and later can read *'RemoteSyncPushOperator'*-ServerVersion"
        Set-PbsAcl /system/s3-endpoint/minio, /system/encryption-keys admin@pbs Audit -WarningVariable again
        $again | Should -BeNullOrEmpty
        (Get-PbsPermission admin@pbs /remote/site/store/a/b).Privilege | Should -Be 'Remote.Audit', 'Remote.DatastoreBackup'
    }

    It 'writes nothing that an older server could not read' {
        $null = Connect-PbsServer $server.Config -ServerVersion 3.2.4
        $before = Get-Content $server.Acl -Raw
        { Set-PbsAcl / admin@pbs RemoteSyncPushOperator -ErrorAction Stop } | Should -Throw -ErrorId 'RoleUnknown,*'
        { Set-PbsAcl /remote/site/store/a admin@pbs Audit -ErrorAction Stop } | Should -Throw -ErrorId 'AclPathInvalid,*'
        Get-Content $server.Acl -Raw | Should -Be $before
    }

    It 'refuses in PBS''s words and changes nothing' -ForEach @(
        @{ Arguments = '/', 'nobody@pbs', 'Audit'; Id = 'UserNotFound'; Text = 'no such user.' }
        @{ Arguments = '/', 'admin@pbs!none', 'Audit'; Id = 'TokenNotFound'; Text = 'no such API token.' }
        @{ Arguments = '/nope', 'admin@pbs', 'Audit'; Id = 'AclPathInvalid'; Text = "invalid acl path '/nope'." }
        @{ Arguments = '/', 'admin@pbs', 'Boss'; Id = 'RoleUnknown'; Text = "unknown role 'Boss'" }
        @{ Arguments = '/', 'admin', 'Audit'; Id = 'AuthIdInvalid'; Text = 'not a valid user id' }
        @{ Arguments = '/', $null, 'Audit'; Id = 'ParameterEmpty'; Text = 'there is nothing in what -AuthId was given' }
        @{ Arguments = @{ AclPath = '/'; Role = 'Audit' }; Id = 'AclPrincipalMissing'; Text = "missing 'userid' or 'group' parameter." }
    ) {
        $before = Get-Content $server.Acl -Raw
        { Set-PbsAcl @Arguments -ErrorAction Stop } | Should -Throw $Text -ErrorId "$Id,*"
        Get-Content $server.Acl -Raw | Should -Be $before
    }

    It 'refuses a group by the row of one' {
        { [pscustomobject]@{ AclPath = '/'; AuthId = ''; Group = 'ops'; Role = 'Audit'; Propagate = 'True' } | Set-PbsAcl -ErrorAction Stop } |
            Should -Throw "parameter 'group' - groups are currently not supported."
    }

    It 'holds a change against the state that was seen' {
        $seen = (Get-PbsAcl)[0].Digest
        'admin@pbs', 'backup@pbs' | ForEach-Object { [pscustomobject]@{ AuthId = $_ } } | Set-PbsAcl -AclPath /tape -Role TapeAudit -Digest $seen
        @(Get-PbsAcl /tape).Count | Should -Be 2
        { Set-PbsAcl /tape admin@pbs TapeAdmin -Digest $seen -ErrorAction Stop } | Should -Throw -ErrorId 'ConfigurationModified,*'
        @(Get-PbsAcl /tape -Role TapeAdmin).Count | Should -Be 0
    }

    It 'lets a user change what his tokens may, and no more' {
        $null = Connect-PbsServer $server.Config -AuthId alice@pbs
        (Set-PbsAcl /datastore/ds1 alice@pbs!t-1 Audit -PassThru).AuthId | Should -Be 'alice@pbs!t-1'
        { Set-PbsAcl / alice@pbs Admin -ErrorAction Stop } | Should -Throw 'Unprivileged users can only set ACL items for API tokens.' -ErrorId 'PermissionDenied,*'
    }

    It 'says that the superuser needs no entry' {
        Set-PbsAcl / root@pam Admin -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match 'without an entry'
    }

    It 'completes paths, identities and roles' {
        (Get-Completion 'Set-PbsAcl /tape/p').CompletionText | Should -Be '/tape/pool'
        (Get-Completion 'Set-PbsAcl / ba').CompletionText | Should -Be 'backup@pbs'
        (Get-Completion 'Set-PbsAcl / backup@pbs DatastoreP').CompletionText | Should -Be 'DatastorePowerUser'
    }
}
