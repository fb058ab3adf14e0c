Describe 'Test-PbsSnapshot' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot @{ ds1 = $Store; bad = $Corrupt })
        $vm = 'vm/100/2024-05-12T00:00:02Z'
    }
    AfterAll { Disconnect-PbsServer }

    It 'is true for what is good and false for what is not' {
        Test-PbsSnapshot ds1 $vm | Should -BeTrue
        Test-PbsSnapshot bad $vm | Should -BeFalse
        Test-PbsSnapshot ds1 host/partial/2024-05-03T00:00:00Z | Should -BeFalse
        Test-PbsSnapshot ds1 -Snapshot $vm | Should -BeOfType bool
    }

    It 'takes snapshots by pipeline, key and text' {
        Get-PbsSnapshot ds1 -BackupType vm, ct | Test-PbsSnapshot | Should -Be $true, $true, $true, $true, $true
        Get-PbsSnapshot bad -BackupType ct | Test-PbsSnapshot | Should -Be $false, $false, $true
        $vm | Test-PbsSnapshot -Datastore ds1 | Should -BeTrue
        Test-PbsSnapshot ds1 -BackupType vm -BackupId 100 -BackupTime 2024-05-12T00:00:02Z | Should -BeTrue
        $csv = Join-Path $TestDrive snapshots.csv
        Get-PbsSnapshot bad -BackupType vm | Export-Csv $csv
        Import-Csv $csv | Test-PbsSnapshot | Should -Be $false, $false
    }

    It 'says what is wrong with -Verbose' {
        $told = Test-PbsSnapshot bad $vm -Verbose 4>&1
        "$told" | Should -BeLike '*drive-efidisk0.img.fidx: Unable to open fixed index*False'
    }

    It 'says of which snapshot it speaks with -Detailed' {
        $results = Get-PbsSnapshot bad -BackupType ct | Test-PbsSnapshot -Detailed
        $results[0] | Should -BeOfType PbsModule.Core.Features.Verify.SnapshotTestResult
        $results.Passed | Should -Be $false, $false, $true
        $results.Test | Sort-Object -Unique | Should -Be Content
        $results | ForEach-Object ToString | Should -Be (Get-PbsSnapshot bad -BackupType ct | ForEach-Object ToString)
        $results[0].Datastore, $results[0].Namespace, $results[0].BackupType, $results[0].BackupId | Should -Be 'bad', '', 'ct', '101'
        $results[0].BackupTime | Should -Be (Get-PbsSnapshot bad -BackupType ct)[0].BackupTime
        "$($results[0].Reasons)" | Should -Match 'root.pxar.didx'
        $results[2].Reasons.Count | Should -Be 0
        # An object is always true in an if; without -Detailed it stays a boolean.
        Test-PbsSnapshot bad $vm -Detailed:$false | Should -BeOfType bool
        $results | Where-Object -Not Passed | Get-PbsSnapshotFile | Select-Object -First 1 | Should -Not -BeNullOrEmpty
        ($results | ConvertTo-Csv | ConvertFrom-Csv)[0].Passed | Should -Be 'False'
        ($results | Format-Table | Out-String -Width 120) | Should -Match 'ct +101 +2024-\S+ Content +False'
    }

    It 'changes nothing and is no task' {
        $before = Get-Fingerprint $Corrupt
        Get-PbsSnapshot bad -Recurse | Test-PbsSnapshot | Out-Null
        Get-Fingerprint $Corrupt | Should -Be $before
        Get-PbsTask -WarningAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'proves what is encrypted with the key' {
        $key = Join-Path $PSScriptRoot ../corpus/keys/enc-kdf-none.json
        Get-PbsSnapshot ds1 -BackupType host -BackupId enc | Test-PbsSnapshot -KeyFile $key | Should -Be $true, $true
        Test-PbsSnapshot bad host/signed/2024-04-01T09:00:00Z -KeyFile $key | Should -BeFalse
        $other = Join-Path $TestDrive other.json
        Set-Content $other (@{ kdf = $null; created = '2024-01-01T00:00:00Z'; modified = '2024-01-01T00:00:00Z'; data = [convert]::ToBase64String([byte[]] (100..131)) } | ConvertTo-Json)
        { Test-PbsSnapshot ds1 host/enc/2024-04-02T08:00:00Z -KeyFile $other -ErrorAction Stop } | Should -Throw -ErrorId 'KeyMismatch,*'
    }

    It 'reports what is not there, and goes on' {
        $failed = $null
        Test-PbsSnapshot ds1 vm/100/2020-01-01T00:00:00Z, $vm -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeTrue
        $failed[0].FullyQualifiedErrorId | Should -Be 'SnapshotNotFound,PbsModule.Commands.TestPbsSnapshotCommand'
    }

    It 'ends early and completes' {
        @(Get-PbsSnapshot ds1 -Recurse | Test-PbsSnapshot | Select-Object -First 2).Count | Should -Be 2
        Measure-Stop "Get-PbsSnapshot '$Store' -Recurse | Test-PbsSnapshot | ForEach-Object { `$_; Start-Sleep -Milliseconds 300 }" -After 2 | Should -BeLessThan 10
        (Get-Completion 'Test-PbsSnapshot ds1 vm/100/2024-05-12').CompletionText | Should -Be $vm
    }
}
