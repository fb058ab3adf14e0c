Describe 'Errors of one call that have the same cause' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $copy = Join-Path $TestDrive ds1
        Copy-Item -Recurse $Store $copy
        Connect-PbsServer -ConfigRoot (New-ConfigRoot @{ ds1 = $copy })
        $all = @(Get-PbsSnapshot ds1 -Recurse -WarningAction SilentlyContinue | Where-Object { -not $_.Protected })
        $count = @(Get-PbsSnapshot ds1 -Recurse -WarningAction SilentlyContinue).Count
        function Get-Failed([scriptblock] $Call) {
            $failed = $null
            $null = . $Call
            , @($failed)
        }
    }
    AfterAll { Disconnect-PbsServer }

    It 'are the first of them and one with the number and the targets of the others' {
        $failed = Get-Failed { $all | Remove-PbsSnapshot -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed }
        $failed.Count | Should -Be 2
        $failed.FullyQualifiedErrorId | Select-Object -Unique | Should -Be 'LocksNotVisible,PbsModule.Commands.RemovePbsSnapshotCommand'
        "$($failed[0])" | Should -Not -BeLike 'the same error*'
        "$($failed[1])" | Should -BeLike "the same error for $($all.Count - 1) more ($($all[1]), $($all[2]), $($all[3]), …): $($failed[0])"
        $failed[1].ErrorDetails.RecommendedAction | Should -Be $failed[0].ErrorDetails.RecommendedAction
        $failed[1].CategoryInfo.Category | Should -Be $failed[0].CategoryInfo.Category
        @($failed.TargetObject | ForEach-Object { "$_" }) | Should -Be @($all | ForEach-Object { "$_" })
        @(Get-PbsSnapshot ds1 -Recurse -WarningAction SilentlyContinue).Count | Should -Be $count
    }

    It 'are recognised although each of them names its target' {
        $failed = Get-Failed { $all | Get-PbsSnapshotFile -Datastore $Corrupt -ErrorAction SilentlyContinue -ErrorVariable failed }
        $failed.Count | Should -Be 2
        $failed[1].FullyQualifiedErrorId | Should -BeLike 'DatastoreMismatch,*'
        @($failed.TargetObject).Count | Should -Be $all.Count
    }

    It 'stay apart where the data is the cause: <_>' -ForEach @('missing', 'damaged') {
        $snapshots = @(Get-PbsSnapshot ds1 host/alpha | Select-Object -First 3)
        foreach ($snapshot in $snapshots) {
            $manifest = Join-Path $copy "$snapshot/index.json.blob"
            if ($_ -eq 'missing') { Remove-Item $manifest } else { Set-Content $manifest 'no manifest' }
        }

        $failed = Get-Failed { $snapshots | Get-PbsArchiveItem -Archive root.pxar -ErrorAction SilentlyContinue -ErrorVariable failed }
        $failed.Count | Should -Be 3
        "$failed" | Should -Not -BeLike '*the same error*'
    }

    It 'stop a script at the first of them' {
        { $all | Remove-PbsSnapshot -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'LocksNotVisible,*'
    }

    It 'are one error where there is only one' {
        $failed = Get-Failed { $all[0] | Remove-PbsSnapshot -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed }
        $failed.Count | Should -Be 1
    }
}
