Describe 'Test-PbsSnapshotSignature' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $signed = 'host/signed/2024-04-01T09:00:00Z'
        $key = Join-Path $PSScriptRoot ../corpus/keys/enc-kdf-none.json
    }
    AfterAll { Disconnect-PbsServer }

    It 'tells signed, unsigned and changed manifests apart' {
        Test-PbsSnapshotSignature ds1 $signed -KeyFile $key | Should -BeTrue
        $verbose = Test-PbsSnapshotSignature ds1 vm/100/2024-05-12T00:00:02Z -KeyFile $key -Verbose 4>&1
        "$($verbose[0])" | Should -BeLike '*: the manifest is not signed'
        $verbose[1] | Should -BeFalse
        $verbose = Test-PbsSnapshotSignature $Corrupt $signed -KeyFile $key -Verbose 4>&1
        "$($verbose[0])" | Should -BeLike '*: wrong signature in manifest'
        $verbose[1] | Should -BeFalse
    }

    It 'says of which snapshot it speaks with -Detailed' {
        $results = Get-PbsSnapshot ds1 -BackupType host -BackupId alpha, signed | Test-PbsSnapshotSignature -KeyFile $key -Detailed
        $results[0] | Should -BeOfType PbsModule.Core.Features.Verify.SnapshotTestResult
        $results | Where-Object BackupId -EQ signed | ForEach-Object Passed | Should -BeTrue
        $unsigned = @($results | Where-Object -Not Passed)
        $unsigned.BackupId | Sort-Object -Unique | Should -Be alpha
        "$($unsigned[0].Reasons)" | Should -Be 'the manifest is not signed'
        $unsigned[0].Test | Should -Be Signature
        $unsigned[0].Datastore | Should -Be ds1
        $unsigned[0].BackupTime | Should -Be (Get-PbsSnapshot ds1 host/alpha)[0].BackupTime
    }

    It 'takes snapshots, groups, texts and rows' {
        @(Get-PbsSnapshot ds1 -BackupType host -BackupId enc, signed | Test-PbsSnapshotSignature -KeyFile $key) | Should -Be $true, $true, $true
        @(Get-PbsGroup ds1 host/enc | Test-PbsSnapshotSignature -KeyFile $key).Count | Should -Be 2
        $signed | Test-PbsSnapshotSignature -Datastore ds1 -KeyFile $key | Should -BeTrue
        Get-PbsSnapshot ds1 $signed | ConvertTo-Csv | ConvertFrom-Csv | Test-PbsSnapshotSignature -KeyFile $key | Should -BeTrue
    }

    It 'reports another key, a missing manifest and a missing snapshot' {
        $wrong = Join-Path $TestDrive wrong.json
        @{ kdf = $null; created = '2024-01-01T00:00:00Z'; modified = '2024-01-01T00:00:00Z'; data = [convert]::ToBase64String([byte[]]::new(32)) } | ConvertTo-Json | Set-Content $wrong
        { Test-PbsSnapshotSignature ds1 $signed -KeyFile $wrong -ErrorAction Stop } | Should -Throw -ErrorId 'KeyMismatch,*'
        $failed = $null
        @(Test-PbsSnapshotSignature ds1 host/partial -KeyFile $key -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 1
        $failed.FullyQualifiedErrorId | Should -Be (@('ManifestMissing,PbsModule.Commands.TestPbsSnapshotSignatureCommand') * 3)
        { Test-PbsSnapshotSignature ds1 vm/100/2020-01-01T00:00:00Z -KeyFile $key -ErrorAction Stop } | Should -Throw -ErrorId 'SnapshotNotFound,*'
        { Test-PbsSnapshotSignature ds1 $signed -KeyFile (Join-Path $TestDrive none.json) } | Should -Throw -ErrorId 'KeyFileNotFound,*'
    }

    It 'changes nothing, ends early, runs in parallel, completes snapshots' {
        $before = Get-Fingerprint $Store
        @(Get-PbsSnapshot ds1 | Test-PbsSnapshotSignature -KeyFile $key -ErrorAction SilentlyContinue | Select-Object -First 3).Count | Should -Be 3
        @(Get-PbsSnapshot ds1 -BackupType host -BackupId enc | ForEach-Object -Parallel { $_ | Test-PbsSnapshotSignature -KeyFile $using:key }).Count | Should -Be 2
        Get-Fingerprint $Store | Should -Be $before
        (Get-Completion 'Test-PbsSnapshotSignature ds1 host/sig').CompletionText | Should -Contain 'host/signed'
    }
}
