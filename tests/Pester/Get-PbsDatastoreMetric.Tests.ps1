Describe 'Get-PbsDatastoreMetric' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $state = New-StateRoot
        $root = New-ConfigRoot @{ ds1 = $Store; other = $Store }
        $null = Connect-PbsServer $root -StateRoot $state
        # When the server took its last samples.
        $end = [datetimeoffset]::FromUnixTimeSeconds(1717245296)
    }
    AfterAll { Disconnect-PbsServer }

    It 'streams points by time, with those that have no value' {
        $points = Get-PbsDatastoreMetric ds1 used -Timeframe Hour -EndTime $end
        $points[0] | Should -BeOfType PbsModule.Core.Features.Metrics.DatastoreMetricInfo
        $points.Count | Should -Be 61
        $points[0].Time.ToUnixTimeSeconds() | Should -Be 1717241696
        $points[0].Value | Should -Be 4094129465528.8335
        $points[0].Metric, $points[0].Datastore, $points[0].Resolution.TotalSeconds | Should -Be 'used', 'ds1', 60
        @(Get-PbsDatastoreMetric ds1 used -Timeframe Decade -EndTime $end | Where-Object { $null -eq $_.Value }).Count | Should -BeGreaterThan 100
    }

    It 'knows every timeframe and both functions' {
        $counts = foreach ($frame in 'Hour', 'Day', 'Week', 'Month', 'Year', 'Decade') { @(Get-PbsDatastoreMetric ds1 total -Timeframe $frame -EndTime $end).Count }
        $counts | Should -Be 61, 1440, 337, 1440, 1440, 523
        $average = Get-PbsDatastoreMetric ds1 read_bytes -Timeframe Week -EndTime $end | Measure-Object Value -Maximum
        $maximum = Get-PbsDatastoreMetric ds1 read_bytes -Timeframe Week -ConsolidationFunction Maximum -EndTime $end | Measure-Object Value -Maximum
        $maximum.Maximum | Should -BeGreaterOrEqual $average.Maximum
    }

    It 'takes wildcards, several, objects and rows' {
        (Get-PbsDatastoreMetric ds1 *_ios -Timeframe Hour -EndTime $end).Metric | Sort-Object -Unique | Should -Be 'read_ios', 'write_ios'
        (Get-PbsDatastoreMetric ds1 used, Total -Timeframe Hour -EndTime $end).Count | Should -Be 122
        @(Get-PbsDatastore ds1 | Get-PbsDatastoreMetric -Metric used -Timeframe Hour -EndTime $end).Count | Should -Be 61
        @([pscustomobject]@{ Datastore = 'ds1' } | Get-PbsDatastoreMetric -Metric used -Timeframe Hour -EndTime $end).Count | Should -Be 61
        @(Get-PbsGroup ds1 vm/100 | Get-PbsDatastoreMetric -Metric used -Timeframe Hour -EndTime $end).Count | Should -Be 61
    }

    It 'ends at the last value of a server that is no more' {
        (Get-PbsDatastoreMetric ds1 used -Timeframe Hour)[-1].Time.ToUnixTimeSeconds() | Should -BeIn 1717245284, 1717245285, 1717245286
        (Get-PbsDatastoreMetric ds1 used -Timeframe Hour -EndTime '2024-06-01T12:34:56Z').Count | Should -Be 61
    }

    It 'reports what is not there, and goes on' {
        $failed = $null
        @(Get-PbsDatastoreMetric ds1 nosuch, used -Timeframe Hour -EndTime $end -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 61
        $failed[0].FullyQualifiedErrorId | Should -Be 'MetricNotFound,PbsModule.Commands.GetPbsDatastoreMetricCommand'
        Get-PbsDatastoreMetric ds1 nosuch* -ErrorAction Stop | Should -BeNullOrEmpty
        Get-PbsDatastoreMetric other -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-PbsDatastoreMetric none -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreNotFound,*'
        $failed = $null
        Get-PbsDatastoreMetric $Corrupt, ds1 -Metric used -Timeframe Hour -EndTime $end -ErrorAction SilentlyContinue -ErrorVariable failed | Should -HaveCount 61
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'StatisticsUnavailable,*'
    }

    It 'reads on where a file or the journal is damaged' {
        $damaged = New-StateRoot
        Set-Content (Join-Path $damaged rrdb/datastore/ds1/total) 'this is no database'
        Set-Content (Join-Path $damaged rrdb/rrd.journal) "1717245300.5:1000:0:datastore/ds1/used`nnoise`n1717245310.5:2000:0:datastore/ds1/us" -NoNewline
        $null = Connect-PbsServer $root -StateRoot $damaged
        try {
            $warned = $null
            $points = Get-PbsDatastoreMetric ds1 -Timeframe Hour -WarningAction SilentlyContinue -WarningVariable warned
            $points.Metric | Should -Contain 'used'
            $points.Metric | Should -Not -Contain 'total'
            ($warned -join "`n") | Should -Match 'unknown magic number'
            ($warned -join "`n") | Should -Match "line 2 \(skip\) - wrong number of components"
        }
        finally { $null = Connect-PbsServer $root -StateRoot $state }
    }

    It 'tells when it is full, or why not' {
        $forecast = Get-PbsDatastoreMetric ds1 -Forecast -Timeframe Year -EndTime $end
        $forecast | Should -BeOfType PbsModule.Core.Features.Metrics.DatastoreForecast
        $forecast.PointCount | Should -BeGreaterThan 7
        if ($forecast.FullTime) { $forecast.EarliestFullTime | Should -BeLessOrEqual $forecast.FullTime } else { $forecast.Reason | Should -Not -BeNullOrEmpty }
        (Get-PbsDatastoreMetric other -Forecast).Reason | Should -Match 'there are 0 values'
    }

    It 'forecasts out of the same window as Show-PbsUsage and Export-PbsReport' {
        $forecast = Get-PbsDatastoreMetric ds1 -Forecast
        $forecast.Timeframe | Should -Be Month
        (Get-PbsDatastoreMetric ds1 -Forecast -Timeframe Day).Timeframe | Should -Be Day
        $said = $forecast.FullTime ? $forecast.FullTime.UtcDateTime.ToString('yyyy-MM-dd') : $forecast.Reason
        (Show-PbsUsage ds1 -Top 0 -Width 200) -join "`n" | Should -Match ([regex]::Escape($said))
        $page = Join-Path $TestDrive forecast.html
        Export-PbsReport ds1 $page -WarningAction Ignore
        Get-Content $page -Raw | Should -Match ([regex]::Escape($said))
    }

    It 'is for who may see the statistics' {
        $null = Connect-PbsServer $root -StateRoot $state -AuthId alice@pbs
        try { { Get-PbsDatastoreMetric ds1 -ErrorAction Stop } | Should -Throw -ErrorId 'PermissionDenied,*' }
        finally { $null = Connect-PbsServer $root -StateRoot $state }
    }

    It 'changes nothing, stops, and survives a round trip' {
        $before = Get-Fingerprint $state
        @(Get-PbsDatastoreMetric ds1 -Timeframe Month | Select-Object -First 3).Count | Should -Be 3
        Get-Fingerprint $state | Should -Be $before
        $rows = Get-PbsDatastoreMetric ds1 used -Timeframe Hour -EndTime $end | ConvertTo-Csv | ConvertFrom-Csv
        [double]::Parse($rows[0].Value, [cultureinfo]::InvariantCulture) | Should -Be 4094129465528.8335
        @($rows[0] | Get-PbsDatastoreMetric -Timeframe Hour -EndTime $end).Count | Should -BeGreaterThan 61
        Measure-Stop "`$null = Connect-PbsServer '$root' -StateRoot '$state'; while (`$true) { Get-PbsDatastoreMetric ds1 }" -After 5 | Should -BeLessThan 10
    }

    It 'completes, and fits a table' {
        (Get-Completion 'Get-PbsDatastoreMetric ds1 read').CompletionText | Should -Be 'read_ios', 'read_bytes'
        (Get-Completion 'Get-PbsDatastoreMetric ds1 -Timeframe De').CompletionText | Should -Be 'Decade'
        $text = @(Get-PbsDatastoreMetric ds1 -Timeframe Hour -EndTime $end) | Format-Table | Out-String -Width 120 -Stream
        ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
        "$text" | Should -Match 'TiB'
    }
}
