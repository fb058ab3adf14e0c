Console.WriteLine("PbsModule tour");
