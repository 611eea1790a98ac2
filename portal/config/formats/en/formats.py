DATETIME_FORMAT = "N j, Y, g:i a T"
TIME_FORMAT = "g:i a T"
