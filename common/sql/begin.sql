-- One batch is one transaction (design, "One transaction").
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE
