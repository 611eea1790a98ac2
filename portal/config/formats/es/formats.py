DATETIME_FORMAT = r"j \d\e F \d\e Y, g:i a T"
TIME_FORMAT = "g:i a T"
