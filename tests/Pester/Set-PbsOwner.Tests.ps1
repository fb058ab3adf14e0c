Describe 'Set-PbsOwner' {
    BeforeAll { . $PSScriptRoot/TestSupport.ps1 }
    BeforeEach { $server = Connect-TestServer }
    AfterAll { Disconnect-PbsServer }

    It 'gives a group away, by identity text' {
        Set-PbsOwner ds1 host/alpha admin@pbs | Should -BeNullOrEmpty
        Get-Content (Join-Path $server.Store host/alpha/owner) -Raw | Should -Be "admin@pbs`n"
        (Set-PbsOwner ds1 ns/a/ns/b/vm/200 -NewOwner admin@pbs!t1 -PassThru).Owner | Should -Be 'admin@pbs!t1'
        (Set-PbsOwner ds1 vm/200 backup@pbs -Namespace a/b -PassThru).Namespace | Should -Be 'a/b'
        (Set-PbsOwner -Group ct/101 -NewOwner backup@pbs -PassThru).BackupCount | Should -Be 3
    }

    It 'takes groups and rows of groups' {
        @(Get-PbsGroup ds1 -Recurse -Owner backup@pbs | Set-PbsOwner -NewOwner admin@pbs -PassThru).Count | Should -BeGreaterThan 3
        Get-PbsGroup ds1 -Recurse -Owner backup@pbs | Should -BeNullOrEmpty
        $csv = Join-Path $TestDrive groups.csv
        Get-PbsGroup ds1 -Recurse | Export-Csv $csv
        @(Import-Csv $csv | Set-PbsOwner -NewOwner backup@pbs -PassThru).Count | Should -Be 11
        'vm/100' | Set-PbsOwner -Datastore ds1 -NewOwner admin@pbs
        (Get-PbsGroup ds1 vm/100).Owner | Should -Be 'admin@pbs'
    }

    It 'refuses what is no group' {
        $before = Get-Fingerprint $server.Store
        { Get-PbsSnapshot ds1 -BackupId alpha | Set-PbsOwner -NewOwner admin@pbs -ErrorAction Stop } | Should -Throw
        { Get-PbsSnapshot ds1 -BackupId alpha | ConvertTo-Csv | ConvertFrom-Csv | Set-PbsOwner -NewOwner admin@pbs -ErrorAction Stop } | Should -Throw
        { Get-PbsNote ds1 host/alpha | Set-PbsOwner -NewOwner admin@pbs -ErrorAction Stop } | Should -Throw
        { Get-PbsNamespace ds1 | Set-PbsOwner -NewOwner admin@pbs -ErrorAction Stop } | Should -Throw
        { Get-PbsGroup ds1 host/alpha | Set-PbsOwner -Datastore $Corrupt -NewOwner admin@pbs -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreMismatch,*'
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'changes nothing with -WhatIf, and checks all the same' {
        $before = Get-Fingerprint $server.Store
        Get-PbsGroup ds1 -Recurse | Set-PbsOwner -NewOwner admin@pbs -WhatIf
        { Set-PbsOwner ds1 vm/100 off@pbs -WhatIf -ErrorAction Stop } | Should -Throw "user 'off@pbs' is inactive or non-existent" -ErrorId 'OwnerInactive,*'
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'reports a group that is not there, and goes on' {
        $failed = $null
        $changed = Set-PbsOwner ds1 vm/999, vm/100 admin@pbs -PassThru -ErrorAction SilentlyContinue -ErrorVariable failed
        "$changed" | Should -Be 'vm/100'
        $failed[0].FullyQualifiedErrorId | Should -Be 'GroupNotFound,PbsModule.Commands.SetPbsOwnerCommand'
        { Set-PbsOwner ds1 vm/100 nobody -ErrorAction Stop } | Should -Throw -ErrorId 'AuthIdInvalid,*'
    }

    It 'refuses who may not, in PBS''s words' {
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
        { Set-PbsOwner ds1 host/alpha admin@pbs -ErrorAction Stop } |
            Should -Throw "backup@pbs does not have permission to change owner of backup group 'host/alpha' to admin@pbs" -ErrorId 'PermissionDenied,*'
    }

    It 'wants -Force where a server''s locks cannot be seen' {
        if (Test-Path /run/proxmox-backup) { Set-ItResult -Skipped -Because 'this machine is a server'; return }
        $null = Connect-PbsServer $server.Config -RunRoot (Join-Path $TestDrive none)
        { Set-PbsOwner ds1 vm/100 admin@pbs -ErrorAction Stop } | Should -Throw -ErrorId 'LocksNotVisible,*'
        (Set-PbsOwner ds1 vm/100 admin@pbs -Force -PassThru).Owner | Should -Be 'admin@pbs'
    }

    It 'completes groups and owners' {
        (Get-Completion 'Set-PbsOwner ds1 vm').CompletionText | Should -Be 'vm/100'
        (Get-Completion 'Set-PbsOwner ds1 vm/100 a').CompletionText | Should -Be 'admin@pbs', 'admin@pbs!t1', 'alice@pbs', 'alice@pbs!t-1'
        @(Get-Completion 'Set-PbsOwner ds1 vm/100 of' | ForEach-Object CompletionText) | Should -Not -Contain 'off@pbs'
    }
}
